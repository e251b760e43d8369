import { POOLING_CHANNELS } from './constants';
import { FloatEpilogue, finishFloats } from './epilogue';

/** Parameters of a pooling. */
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
  /** Codes only: one byte per channel, all bits set if the pooling returns the smallest code instead of the largest. */
  smallest: usize = 0;
  /** Floats only, instead of `output`. */
  epilogue: usize = 0;
}

/** Computes the largest, or smallest, code of each window, for output pixels from `first` up to, not including, `end`. */
export function codePooling(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Pooling>(parameters);
  for (let pixel = first; pixel < end; pixel++) {
    const y = (pixel / shape.outputWidth) * shape.strideY - shape.padY;
    const x = (pixel % shape.outputWidth) * shape.strideX - shape.padX;
    const top = max(y, 0);
    const left = max(x, 0);
    const bottom = min(y + shape.kernelHeight, shape.inputHeight);
    const right = min(x + shape.kernelWidth, shape.inputWidth);
    for (let channel = 0; channel < shape.channels; channel += POOLING_CHANNELS) {
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
 * Computes the largest or the mean value of each window, for output pixels from `first` up to, not including, `end`. The
 * mean's divisor is the area of the window, clipped to the padded image.
 */
export function floatPooling(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Pooling>(parameters);
  const epilogue = changetype<FloatEpilogue>(shape.epilogue);
  for (let pixel = first; pixel < end; pixel++) {
    const y = (pixel / shape.outputWidth) * shape.strideY - shape.padY;
    const x = (pixel % shape.outputWidth) * shape.strideX - shape.padX;
    const top = max(y, 0);
    const left = max(x, 0);
    const paddedBottom = min(y + shape.kernelHeight, shape.inputHeight + shape.padY);
    const paddedRight = min(x + shape.kernelWidth, shape.inputWidth + shape.padX);
    const bottom = min(paddedBottom, shape.inputHeight);
    const right = min(paddedRight, shape.inputWidth);
    const corner = shape.input + (<usize>((top * shape.inputWidth + left) * shape.inputStride) << 2);
    for (let channel = 0; channel < shape.channels; channel += POOLING_CHANNELS) {
      const from = corner + (<usize>channel << 2);
      if (shape.isAverage) {
        const area = <f32>((paddedBottom - y) * (paddedRight - x));
        pool(shape, from, scratch, bottom - top, right - left, true, area);
      } else {
        pool(shape, from, scratch, bottom - top, right - left, false, 1);
      }
      for (let lane = 0; lane < POOLING_CHANNELS; lane += 4) {
        finishFloats(epilogue, v128.load(scratch + <usize>(lane << 2)), pixel, channel + lane);
      }
    }
  }
}

/** Pools sixteen channels of a window. */
@inline
function pool(
  shape: Pooling,
  input: usize,
  output: usize,
  rows: i32,
  columns: i32,
  isAverage: bool,
  area: f32,
): void {
  let a = f32x4.splat(isAverage ? 0 : -f32.MAX_VALUE);
  let b = a;
  let c = a;
  let d = a;
  for (let row = 0; row < rows; row++) {
    let at = input + (<usize>(row * shape.inputWidth * shape.inputStride) << 2);
    for (let column = 0; column < columns; column++) {
      a = isAverage ? f32x4.add(a, v128.load(at)) : f32x4.pmax(a, v128.load(at));
      b = isAverage ? f32x4.add(b, v128.load(at, 16)) : f32x4.pmax(b, v128.load(at, 16));
      c = isAverage ? f32x4.add(c, v128.load(at, 32)) : f32x4.pmax(c, v128.load(at, 32));
      d = isAverage ? f32x4.add(d, v128.load(at, 48)) : f32x4.pmax(d, v128.load(at, 48));
      at += <usize>shape.inputStride << 2;
    }
  }
  const divisor = f32x4.splat(area);
  v128.store(output, isAverage ? f32x4.div(a, divisor) : a);
  v128.store(output, isAverage ? f32x4.div(b, divisor) : b, 16);
  v128.store(output, isAverage ? f32x4.div(c, divisor) : c, 32);
  v128.store(output, isAverage ? f32x4.div(d, divisor) : d, 48);
}
