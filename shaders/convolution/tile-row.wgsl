// A tile of PIXELS neighbours in one output row. Their windows overlap, so columns that they share are read once.

struct Tile {
  block: u32,
  // Index of the first pixel among the outputs of the batch.
  pixel: u32,
  image: i32,
  // Pixels from the first one to the end of the row; 0 if the row is outside the batch.
  width: u32,
  // Start of the first pixel's window in the input.
  y: i32,
  x: i32,
}

fn tileOf(thread: u32) -> Tile {
  let tiles = (shape.outputWidth + PIXELS - 1u) / PIXELS;
  let tile = thread / shape.blocks;
  let row = tile / tiles;
  let x = (tile % tiles) * PIXELS;
  return Tile(
    thread % shape.blocks,
    row * shape.outputWidth + x,
    i32(row / shape.outputHeight),
    select(0u, shape.outputWidth - x, row < batch.size * shape.outputHeight),
    i32(row % shape.outputHeight) * shape.strideY - shape.padY,
    i32(x) * shape.strideX - shape.padX,
  );
}

fn isInside(tile: Tile, p: u32) -> bool {
  return p < tile.width;
}
