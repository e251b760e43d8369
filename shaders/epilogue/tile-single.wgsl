// A tile of one output pixel × four channels of floats, for kernels whose threads return if their pixel is outside.

const PIXELS = 1u;

struct Tile {
  block: u32,
  // Index of the pixel among the outputs of the batch.
  pixel: u32,
}

fn isInside(tile: Tile, p: u32) -> bool {
  return true;
}

alias Sum = vec4<f32>;

fn floatOf(sum: Sum) -> vec4<f32> {
  return sum;
}
