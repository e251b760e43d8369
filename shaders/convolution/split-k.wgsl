// Split-k: the sum of each output is split into slices, which several threads of a workgroup add up. A workgroup computes
// one output pixel × some blocks of four channels. It suits layers with few output pixels. The including file defines
// `Partial`, the sum of one slice, `weightIndex`, the index of the weights of a word or value, and `addRun`, which adds the
// slice of a run: taps that follow each other in the input.

const BLOCKS = 1u;
const THREADS = 64u;

// Threads of a sum: 8 or 64.
override slices: u32 = 8u;

struct Pixel {
  // Index among the outputs of the batch.
  index: u32,
  block: u32,
  stores: bool,
  // The slice that this thread adds up.
  slice: u32,
  // Start of the window in the input, and the index of its first value.
  y: i32,
  x: i32,
  start: i32,
}

// Everything but block and slice is the same for all threads of a workgroup.
fn pixelOf(workgroup: u32, local: u32) -> Pixel {
  let width = THREADS / slices;
  let workgroupsOfPixel = (shape.blocks + width - 1u) / width;
  let block = (workgroup % workgroupsOfPixel) * width + local % width;
  let slice = local / width;
  let index = workgroup / workgroupsOfPixel;
  let area = shape.outputHeight * shape.outputWidth;
  let position = index % area;
  let y = i32(position / shape.outputWidth) * shape.strideY - shape.padY;
  let x = i32(position % shape.outputWidth) * shape.strideX - shape.padX;
  let start = ((i32(index / area) * shape.inputHeight + y) * shape.inputWidth + x) * i32(shape.inputStride);
  let stores = index < batch.size * area && block < shape.blocks && slice == 0u;
  return Pixel(index, min(block, shape.blocks - 1u), stores, slice, y, x, start);
}

fn accumulateSlice(pixel: Pixel) -> Partial {
  var sum: Partial;
  let depth = i32(shape.inputDepth);
  let isContiguous = shape.dilationX == 1;
  let width = select(1, i32(shape.kernelWidth), isContiguous);
  var weight = 0;
  var y = pixel.y;
  var rowStart = pixel.start;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    let insideRow = pixel.index < batch.size * shape.outputHeight * shape.outputWidth && y >= 0 && y < shape.inputHeight;
    var x = pixel.x;
    var start = rowStart;
    for (var column = 0; column < i32(shape.kernelWidth); column += width) {
      if (insideRow) {
        // The part of the run that is on the image.
        let first = max(0, -x) * depth;
        let end = min(width, shape.inputWidth - x) * depth;
        let index = first + i32(pixel.slice);
        addRun(&sum, Run(start, index, end, weightIndex(u32(weight + index), pixel.block)));
      }
      weight += width * depth;
      x += shape.dilationX;
      start += shape.dilationX * i32(shape.inputStride);
    }
    y += shape.dilationY;
    rowStart += shape.dilationY * shape.inputWidth * i32(shape.inputStride);
  }
  return sum;
}

struct Run {
  // Index of the run's first value in the input.
  start: i32,
  // The first value of this thread's slice, which takes each `slices`-th value before `end`.
  first: i32,
  end: i32,
  // Index of the weights of the first value.
  weight: u32,
}

var<workgroup> partials: array<Reduced, THREADS>;

// Adds up the slices; the threads of the first slice get the sum. Each step adds eight partial sums. A second reduction
// needs a barrier before it.
fn reduced(partialSum: Reduced, local: u32) -> Reduced {
  partials[local] = partialSum;
  for (var count = THREADS / 8u; count >= THREADS / slices; count /= 8u) {
    workgroupBarrier();
    if (local < count) {
      var sum = partials[local];
      // #unroll
      for (var index = 0u; index < 7u; index++) {
        sum += partials[(index + 1u) * count + local];
      }
      partials[local] = sum;
    }
  }
  return partials[local];
}
