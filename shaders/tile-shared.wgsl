// A tile of PIXELS that follow each other in the output, over rows and images. Four neighbouring threads, of the same
// pixels and four quads, read a quarter of them each, OWN pixels, and hand them round; the quads must be a multiple of
// four.

struct Tile {
  quad: u32,
  // Index of the first pixel among the outputs of all images.
  pixel: u32,
  // Of the pixels this thread reads: whether they are in the output, and where their windows begin in the input.
  inside: array<bool, OWN>,
  image: array<i32, OWN>,
  y: array<i32, OWN>,
  x: array<i32, OWN>,
}

fn tileOf(thread: u32) -> Tile {
  var tile: Tile;
  tile.quad = thread % shape.quads;
  tile.pixel = (thread / shape.quads) * PIXELS;
  let area = shape.outputHeight * shape.outputWidth;
  // #unroll
  for (var turn = 0u; turn < OWN; turn++) {
    let pixel = tile.pixel + turn * 4u + thread % 4u;
    let place = pixel % area;
    tile.inside[turn] = pixel < frame.imageCount * area;
    tile.image[turn] = i32(pixel / area);
    tile.y[turn] = i32(place / shape.outputWidth) * shape.strideY - shape.padY;
    tile.x[turn] = i32(place % shape.outputWidth) * shape.strideX - shape.padX;
  }
  return tile;
}

fn isInside(tile: Tile, p: u32) -> bool {
  return tile.pixel + p < frame.imageCount * shape.outputHeight * shape.outputWidth;
}

fn tapOf(tile: Tile, row: u32, column: u32) -> array<Place, OWN> {
  var tap: array<Place, OWN>;
  // #unroll
  for (var turn = 0u; turn < OWN; turn++) {
    let y = tile.y[turn] + i32(row) * shape.dilationY;
    let x = tile.x[turn] + i32(column) * shape.dilationX;
    tap[turn] = placeOf(tile.image[turn], y, x, tile.inside[turn]);
  }
  return tap;
}
