// A workgroup computes one pixel × eight quads, eight threads to each sum: for planes of few pixels.

const PIXELS = 1u;
const PARTS = 8u;
const QUADS = 8u;

struct Tile {
  quad: u32,
  // Which part of the sum is this thread's.
  part: u32,
  // Index of the pixel among the outputs of all images.
  pixel: u32,
  inside: bool,
  image: i32,
  // Where the window begins in the input.
  y: i32,
  x: i32,
}

fn tileOf(thread: u32) -> Tile {
  let blocks = (shape.quads + QUADS - 1u) / QUADS;
  let block = thread / (PARTS * QUADS);
  let quad = (block % blocks) * QUADS + thread % QUADS;
  let pixel = block / blocks;
  let area = shape.outputHeight * shape.outputWidth;
  let place = pixel % area;
  return Tile(
    min(quad, shape.quads - 1u),
    (thread / QUADS) % PARTS,
    pixel,
    pixel < frame.imageCount * area && quad < shape.quads,
    i32(pixel / area),
    i32(place / shape.outputWidth) * shape.strideY - shape.padY,
    i32(place % shape.outputWidth) * shape.strideX - shape.padX,
  );
}

fn isInside(tile: Tile, p: u32) -> bool {
  return tile.inside && tile.part == 0u;
}

fn placeOfTap(tile: Tile, tap: u32) -> Place {
  let y = tile.y + i32(tap / shape.kernelWidth) * shape.dilationY;
  let x = tile.x + i32(tap % shape.kernelWidth) * shape.dilationX;
  return placeOf(tile.image, y, x, tile.inside);
}

var<workgroup> partSums: array<Sum, PARTS * QUADS>;

// The sum of all parts, for the thread of the first.
fn joined(sum: Sum, local: u32) -> Sum {
  partSums[local] = sum;
  workgroupBarrier();
  var whole = sum;
  if (local < QUADS) {
    for (var part = 1u; part < PARTS; part++) {
      whole += partSums[part * QUADS + local];
    }
  }
  return whole;
}
