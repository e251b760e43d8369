/**
 * Geometry of a convolution, and the layout of the input rows in scratch memory: rows of `paddedWidth` pixels with the
 * padding in place, so that reading a window needs no bounds checks.
 */
@unmanaged
export class Geometry {
  input: usize = 0;
  /** Elements from one pixel to the next. */
  inputStride: i32 = 0;
  inputHeight: i32 = 0;
  inputWidth: i32 = 0;
  outputHeight: i32 = 0;
  outputWidth: i32 = 0;
  kernelHeight: i32 = 0;
  kernelWidth: i32 = 0;
  strideY: i32 = 0;
  strideX: i32 = 0;
  padY: i32 = 0;
  padX: i32 = 0;
  dilationY: i32 = 0;
  dilationX: i32 = 0;
  groups: i32 = 0;
  /** Input channels of one group. */
  inputChannels: i32 = 0;
  /** Output channels of one group. */
  outputChannels: i32 = 0;
  paddedWidth: i32 = 0;
  /** Bytes of a pixel in scratch memory. */
  pixelBytes: i32 = 0;
  /** Output rows in a band, whose input rows fit in scratch memory. */
  bandRows: i32 = 0;
  /** Runs of consecutive scratch memory that a window reads: pairs of u32, offset and length. */
  runs: usize = 0;
  runCount: i32 = 0;
  weights: usize = 0;
  /** Bytes of the weights of one block of output channels. */
  blockBytes: i32 = 0;
  /** Blocks of output channels in one group. */
  blocks: i32 = 0;
  epilogue: usize = 0;
  /** Whether threads share the blocks of a single output pixel, instead of output pixels. */
  isSplitByBlocks: i32 = 0;
}

/** Returns the first input row that the windows of output row `y` read. It is negative in the padding. */
@inline
export function windowTop(shape: Geometry, y: i32): i32 {
  return y * shape.strideY - shape.padY;
}

/** Returns how many input rows the windows of `rows` output rows read. */
@inline
export function coveredRows(shape: Geometry, rows: i32): i32 {
  return (rows - 1) * shape.strideY + (shape.kernelHeight - 1) * shape.dilationY + 1;
}

/** Returns the start of an output pixel's window in scratch memory. The scratch memory begins with output row `top`. */
@inline
export function windowStart(shape: Geometry, scratch: usize, pixel: i32, top: i32): usize {
  const y = pixel / shape.outputWidth;
  const x = pixel - y * shape.outputWidth;
  return scratch + <usize>(((y - top) * shape.strideY * shape.paddedWidth + x * shape.strideX) * shape.pixelBytes);
}
