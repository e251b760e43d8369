// A workgroup computes BLOCKS blocks of four output channels for 64 consecutive output pixels, one for each thread. All of
// its threads read the same weights, which compilers keep in scalar registers or read once for all, so that nearly all
// registers of a thread hold sums. The pixels may span rows and images.

const PIXELS_OF_WORKGROUP = 64u;

struct Pixel {
  // Index among the outputs of the batch.
  index: u32,
  // The first block of channels.
  block: u32,
  stores: bool,
  // Position of `block` in a row of weights.
  column: u32,
  // Start of the window in the input, and the index of its first value.
  y: i32,
  x: i32,
  start: i32,
}

fn pixelOf(workgroup: u32, local: u32) -> Pixel {
  let columns = shape.blocks / BLOCKS;
  let column = workgroup % columns;
  let first = workgroup / columns * PIXELS_OF_WORKGROUP;
  // The divisions of `first` are the same for all threads, and those of thread by thread numbers are small.
  let columnInRows = first % shape.outputWidth + local;
  let rows = quotient(columnInRows, shape.outputWidth);
  let firstRow = first / shape.outputWidth;
  let rowInImages = firstRow % shape.outputHeight + rows;
  let images = quotient(rowInImages, shape.outputHeight);
  let image = firstRow / shape.outputHeight + images;
  let y = i32(rowInImages - images * shape.outputHeight) * shape.strideY - shape.padY;
  let x = i32(columnInRows - rows * shape.outputWidth) * shape.strideX - shape.padX;
  let start = ((i32(image) * shape.inputHeight + y) * shape.inputWidth + x) * i32(shape.inputStride);
  return Pixel(first + local, column * BLOCKS, image < batch.size, column, y, x, start);
}

// value / divisor, rounded down, for values below 2^20.
fn quotient(value: u32, divisor: u32) -> u32 {
  return u32((f32(value) + 0.5) * (1.0 / f32(divisor)));
}
