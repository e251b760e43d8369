// A workgroup computes one pixel × some quads, several threads to each sum: for planes of few pixels. The including file
// says what is a `Share`, which these threads add up.

const PIXELS = 1u;
const THREADS = 64u;

// Threads to a sum: 8 or 64.
override parts: u32 = 8u;

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
  let width = THREADS / parts;
  let blocks = (shape.quads + width - 1u) / width;
  let block = thread / THREADS;
  let quad = (block % blocks) * width + thread % width;
  let pixel = block / blocks;
  let area = shape.outputHeight * shape.outputWidth;
  let place = pixel % area;
  return Tile(
    min(quad, shape.quads - 1u),
    thread % THREADS / width,
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

var<workgroup> shares: array<Share, THREADS>;

// The sum of all parts, for the thread of the first. Eight at a time: barriers cost SwiftShader more than additions. A
// second joining takes a barrier before it.
fn joined(share: Share, local: u32) -> Share {
  shares[local] = share;
  // It has at least one turn: a loop that asks before the first costs SwiftShader a turn more.
  var count = THREADS / 8u;
  loop {
    workgroupBarrier();
    if (local < count) {
      var sum = shares[local];
      for (var part = 1u; part < 8u; part++) {
        sum += shares[part * count + local];
      }
      shares[local] = sum;
    }
    continuing {
      count /= 8u;
      break if count < THREADS / parts;
    }
  }
  return shares[local];
}
