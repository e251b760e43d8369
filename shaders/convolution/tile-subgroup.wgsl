// A tile of PIXELS consecutive output pixels, which may span rows and images. Four neighbouring threads (a quad) compute
// four blocks of the same pixels: each reads a quarter of the pixels, READS, and broadcasts them to the other three. The
// number of blocks must be a multiple of four.

const READS = PIXELS / 4u;

struct Tile {
  block: u32,
  // Index of the first pixel among the outputs of the batch.
  pixel: u32,
  // For the pixels that this thread reads: whether they are in the output, and the start of their windows in the input.
  inside: array<bool, READS>,
  image: array<i32, READS>,
  y: array<i32, READS>,
  x: array<i32, READS>,
}

fn tileOf(thread: u32) -> Tile {
  var tile: Tile;
  tile.block = thread % shape.blocks;
  tile.pixel = (thread / shape.blocks) * PIXELS;
  let area = shape.outputHeight * shape.outputWidth;
  // #unroll
  for (var r = 0u; r < READS; r++) {
    let pixel = tile.pixel + r * 4u + thread % 4u;
    let position = pixel % area;
    tile.inside[r] = pixel < batch.size * area;
    tile.image[r] = i32(pixel / area);
    tile.y[r] = i32(position / shape.outputWidth) * shape.strideY - shape.padY;
    tile.x[r] = i32(position % shape.outputWidth) * shape.strideX - shape.padX;
  }
  return tile;
}

fn isInside(tile: Tile, p: u32) -> bool {
  return tile.pixel + p < batch.size * shape.outputHeight * shape.outputWidth;
}

fn tapOf(tile: Tile, row: u32, column: u32) -> array<InputPixel, READS> {
  var tap: array<InputPixel, READS>;
  // #unroll
  for (var r = 0u; r < READS; r++) {
    let y = tile.y[r] + i32(row) * shape.dilationY;
    let x = tile.x[r] + i32(column) * shape.dilationX;
    tap[r] = inputPixelAt(tile.image[r], y, x, tile.inside[r]);
  }
  return tap;
}
