// A tile of four consecutive output pixels, which may span rows and images: for every kernel size and stride.

const PIXELS = 4u;

struct Tile {
  block: u32,
  // Index of the first pixel among the outputs of the batch.
  pixel: u32,
  inside: vec4<bool>,
  image: vec4<i32>,
  // Start of each pixel's window in the input.
  y: vec4<i32>,
  x: vec4<i32>,
}

fn tileOf(thread: u32) -> Tile {
  let first = (thread / shape.blocks) * PIXELS;
  let pixel = first + vec4<u32>(0u, 1u, 2u, 3u);
  let area = shape.outputHeight * shape.outputWidth;
  let position = pixel % area;
  return Tile(
    thread % shape.blocks,
    first,
    pixel < vec4<u32>(batch.size * area),
    vec4<i32>(pixel / area),
    vec4<i32>(position / shape.outputWidth) * shape.strideY - shape.padY,
    vec4<i32>(position % shape.outputWidth) * shape.strideX - shape.padX,
  );
}

fn isInside(tile: Tile, p: u32) -> bool {
  return tile.inside[p];
}

// One tap of each pixel's window: whether it is on the image, and the index of its first value in the input.
struct Tap {
  inside: vec4<bool>,
  start: vec4<u32>,
}

fn tapOf(tile: Tile, row: u32, column: u32) -> Tap {
  let y = tile.y + i32(row) * shape.dilationY;
  let x = tile.x + i32(column) * shape.dilationX;
  var tap: Tap;
  tap.inside = tile.inside & (y >= vec4<i32>(0)) & (y < vec4<i32>(shape.inputHeight))
    & (x >= vec4<i32>(0)) & (x < vec4<i32>(shape.inputWidth));
  let start = vec4<u32>((tile.image * shape.inputHeight + y) * shape.inputWidth + x) * shape.inputStride;
  tap.start = select(vec4<u32>(0u), start, tap.inside);
  return tap;
}
