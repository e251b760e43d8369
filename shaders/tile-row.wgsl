// A tile of PIXELS neighbours in one row, whose windows overlap: what they share is read once.

struct Tile {
  quad: u32,
  // Index of the first pixel among the outputs of all images.
  pixel: u32,
  image: i32,
  // How many of the pixels are in the row.
  width: u32,
  // Where the first pixel's window begins in the input.
  y: i32,
  x: i32,
}

fn tileOf(thread: u32) -> Tile {
  let tiles = (shape.outputWidth + PIXELS - 1u) / PIXELS;
  let tile = thread / shape.quads;
  let row = tile / tiles;
  let x = (tile % tiles) * PIXELS;
  return Tile(
    thread % shape.quads,
    row * shape.outputWidth + x,
    i32(row / shape.outputHeight),
    select(0u, shape.outputWidth - x, row < frame.imageCount * shape.outputHeight),
    i32(row % shape.outputHeight) * shape.strideY - shape.padY,
    i32(x) * shape.strideX - shape.padX,
  );
}

fn isInside(tile: Tile, p: u32) -> bool {
  return p < tile.width;
}
