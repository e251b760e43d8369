/**
 * Where the windows of a convolution lie, and how the rows they cover are laid out in scratch memory: rows of
 * `paddedWidth` pixels with the padding in place, so that no window needs a look at the image's borders.
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
  /** Of one group. */
  inputChannels: i32 = 0;
  outputChannels: i32 = 0;
  paddedWidth: i32 = 0;
  /** Bytes of a pixel in scratch memory. */
  pixelBytes: i32 = 0;
  /** Output rows whose windows fit the scratch memory together. */
  bandRows: i32 = 0;
  /** Runs of consecutive scratch memory that a window reads: pairs of u32, offset and length. */
  runs: usize = 0;
  runCount: i32 = 0;
  weights: usize = 0;
  /** Of the output channels computed together. */
  blockBytes: i32 = 0;
  /** Blocks of one group. */
  blocks: i32 = 0;
  epilogue: usize = 0;
}

/** The first input row of the windows of output row `y`; negative in the padding. */
@inline
export function windowTop(shape: Geometry, y: i32): i32 {
  return y * shape.strideY - shape.padY;
}

/** Input rows that the windows of `rows` output rows cover. */
@inline
export function coveredRows(shape: Geometry, rows: i32): i32 {
  return (rows - 1) * shape.strideY + (shape.kernelHeight - 1) * shape.dilationY + 1;
}

/** Where the window of an output pixel begins in scratch memory whose first row is that of output row `top`. */
@inline
export function windowStart(shape: Geometry, scratch: usize, pixel: i32, top: i32): usize {
  const y = pixel / shape.outputWidth;
  const x = pixel - y * shape.outputWidth;
  return scratch + <usize>(((y - top) * shape.strideY * shape.paddedWidth + x * shape.strideX) * shape.pixelBytes);
}
