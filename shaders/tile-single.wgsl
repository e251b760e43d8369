// A tile of one pixel, which is in the output, and of a float for each of its four channels.

const PIXELS = 1u;

struct Tile {
  quad: u32,
  // Index of the pixel among the outputs of all images.
  pixel: u32,
}

fn isInside(tile: Tile, p: u32) -> bool {
  return true;
}

alias Sum = vec4<f32>;

fn floatOf(sum: Sum) -> vec4<f32> {
  return sum;
}
