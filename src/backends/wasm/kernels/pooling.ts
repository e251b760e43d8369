@unmanaged
class Pooling {
  input: usize = 0;
  output: usize = 0;
  /** Elements from one pixel to the next. */
  inputStride: i32 = 0;
  outputStride: i32 = 0;
  inputHeight: i32 = 0;
  inputWidth: i32 = 0;
  outputWidth: i32 = 0;
  kernelHeight: i32 = 0;
  kernelWidth: i32 = 0;
  strideY: i32 = 0;
  strideX: i32 = 0;
  padY: i32 = 0;
  padX: i32 = 0;
  channels: i32 = 0;
  isAverage: i32 = 0;
  /** A byte a channel, all bits set where the smallest code is taken. */
  smallest: usize = 0;
}

/** The largest, or smallest, code of each window. Output pixels from `first` to before `end`. */
export function codePooling(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Pooling>(parameters);
  for (let pixel = first; pixel < end; pixel++) {
    const y = (pixel / shape.outputWidth) * shape.strideY - shape.padY;
    const x = (pixel % shape.outputWidth) * shape.strideX - shape.padX;
    const top = max(y, 0);
    const left = max(x, 0);
    const bottom = min(y + shape.kernelHeight, shape.inputHeight);
    const right = min(x + shape.kernelWidth, shape.inputWidth);
    for (let channel = 0; channel < shape.channels; channel += 16) {
      let largest = i8x16.splat(0);
      let smallest = i8x16.splat(127);
      for (let row = top; row < bottom; row++) {
        let at = shape.input + <usize>((row * shape.inputWidth + left) * shape.inputStride + channel);
        for (let column = left; column < right; column++) {
          const codes = v128.load(at);
          largest = i8x16.max_u(largest, codes);
          smallest = i8x16.min_u(smallest, codes);
          at += shape.inputStride;
        }
      }
      const pooled = v128.bitselect(smallest, largest, v128.load(shape.smallest + channel));
      v128.store(shape.output + <usize>(pixel * shape.outputStride + channel), pooled);
    }
  }
}

/**
 * The largest or the mean value of each window; the mean's divisor is the window's area clipped to the padded image.
 * Output pixels from `first` to before `end`.
 */
export function floatPooling(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Pooling>(parameters);
  for (let pixel = first; pixel < end; pixel++) {
    const y = (pixel / shape.outputWidth) * shape.strideY - shape.padY;
    const x = (pixel % shape.outputWidth) * shape.strideX - shape.padX;
    const top = max(y, 0);
    const left = max(x, 0);
    const paddedBottom = min(y + shape.kernelHeight, shape.inputHeight + shape.padY);
    const paddedRight = min(x + shape.kernelWidth, shape.inputWidth + shape.padX);
    const bottom = min(paddedBottom, shape.inputHeight);
    const right = min(paddedRight, shape.inputWidth);
    const area = f32x4.splat(<f32>((paddedBottom - y) * (paddedRight - x)));
    for (let channel = 0; channel < shape.channels; channel += 4) {
      let largest = f32x4.splat(-f32.MAX_VALUE);
      let sum = f32x4.splat(0);
      for (let row = top; row < bottom; row++) {
        let at = shape.input + (<usize>((row * shape.inputWidth + left) * shape.inputStride + channel) << 2);
        for (let column = left; column < right; column++) {
          const values = v128.load(at);
          largest = f32x4.max(largest, values);
          sum = f32x4.add(sum, values);
          at += <usize>shape.inputStride << 2;
        }
      }
      const at = shape.output + (<usize>(pixel * shape.outputStride + channel) << 2);
      v128.store(at, shape.isAverage ? f32x4.div(sum, area) : largest);
    }
  }
}
