// Split-k: the sum of each output is split into slices, which several threads of a workgroup add up. A workgroup computes
// one pixel × some blocks. It suits layers with few output pixels, whose tiles would leave a GPU idle. The including
// file defines `Partial`, the sum of one slice.

const PIXELS = 1u;
const THREADS = 64u;

// Threads of a sum: 8 or 64.
override slices: u32 = 8u;

struct Tile {
  block: u32,
  // The slice that this thread adds up.
  slice: u32,
  // Index of the pixel among the outputs of the batch.
  pixel: u32,
  inside: bool,
  image: i32,
  // Start of the window in the input.
  y: i32,
  x: i32,
}

fn tileOf(thread: u32) -> Tile {
  let width = THREADS / slices;
  let workgroupsOfPixel = (shape.blocks + width - 1u) / width;
  let workgroup = thread / THREADS;
  let block = (workgroup % workgroupsOfPixel) * width + thread % width;
  let pixel = workgroup / workgroupsOfPixel;
  let area = shape.outputHeight * shape.outputWidth;
  let position = pixel % area;
  return Tile(
    min(block, shape.blocks - 1u),
    thread % THREADS / width,
    pixel,
    pixel < batch.size * area && block < shape.blocks,
    i32(pixel / area),
    i32(position / shape.outputWidth) * shape.strideY - shape.padY,
    i32(position % shape.outputWidth) * shape.strideX - shape.padX,
  );
}

fn isInside(tile: Tile, p: u32) -> bool {
  return tile.inside && tile.slice == 0u;
}

fn inputPixelOfTap(tile: Tile, tap: u32) -> InputPixel {
  let y = tile.y + i32(tap / shape.kernelWidth) * shape.dilationY;
  let x = tile.x + i32(tap % shape.kernelWidth) * shape.dilationX;
  return inputPixelAt(tile.image, y, x, tile.inside);
}

var<workgroup> partials: array<Partial, THREADS>;

// Adds up the slices; the thread of the first slice gets the sum. Each step adds eight partial sums, because barriers cost
// SwiftShader more than additions. A second reduction needs a barrier before it.
fn reduced(partialSum: Partial, local: u32) -> Partial {
  partials[local] = partialSum;
  // The condition is at the end: SwiftShader runs an extra iteration of a loop that tests at the start.
  var count = THREADS / 8u;
  loop {
    workgroupBarrier();
    if (local < count) {
      var sum = partials[local];
      for (var index = 1u; index < 8u; index++) {
        sum += partials[index * count + local];
      }
      partials[local] = sum;
    }
    continuing {
      count /= 8u;
      break if count < THREADS / slices;
    }
  }
  return partials[local];
}
