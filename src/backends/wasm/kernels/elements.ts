import { PRODUCT, SUM } from './constants';
import { FloatEpilogue, finishFloats } from './epilogue';

/** Parameters of the elementwise kernels. Strides are in elements. */
@unmanaged
class Elements {
  input: usize = 0;
  inputStride: i32 = 0;
  output: usize = 0;
  outputStride: i32 = 0;
  channels: i32 = 0;
  epilogue: usize = 0;
  /** The second operand of `eltwise`: floats. */
  other: usize = 0;
  otherStride: i32 = 0;
  coefficient: f32 = 0;
  otherCoefficient: f32 = 0;
  operation: i32 = 0;
  /** The value of each code. */
  values: usize = 0;
}

// Each kernel works on the pixels from `first` up to, but not including, `end`.

/** Applies an epilogue to floats. */
export function pointwise(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Elements>(parameters);
  const epilogue = changetype<FloatEpilogue>(shape.epilogue);
  for (let pixel = first; pixel < end; pixel++) {
    const from = shape.input + ((<usize>(pixel * shape.inputStride)) << 2);
    for (let channel = 0; channel < shape.channels; channel += 4) {
      finishFloats(epilogue, v128.load(from + ((<usize>channel) << 2)), pixel, channel);
    }
  }
}

/** Converts 16-bit integers to floats. */
export function integersToFloats(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Elements>(parameters);
  for (let pixel = first; pixel < end; pixel++) {
    const from = shape.input + ((<usize>(pixel * shape.inputStride)) << 1);
    const to = shape.output + ((<usize>(pixel * shape.outputStride)) << 2);
    for (let channel: usize = 0; channel < <usize>shape.channels; channel++) {
      store<f32>(to + (channel << 2), <f32>load<i16>(from + (channel << 1)));
    }
  }
}

/** Dequantizes codes to floats. */
export function codesToFloats(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Elements>(parameters);
  for (let pixel = first; pixel < end; pixel++) {
    const from = shape.input + <usize>(pixel * shape.inputStride);
    const to = shape.output + ((<usize>(pixel * shape.outputStride)) << 2);
    for (let channel: usize = 0; channel < <usize>shape.channels; channel++) {
      const code = <usize>load<u8>(from + channel);
      store<f32>(to + (channel << 2), load<f32>(shape.values + (code << 2)));
    }
  }
}

/** Dequantizes codes to 16-bit integers. */
export function codesToIntegers(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Elements>(parameters);
  for (let pixel = first; pixel < end; pixel++) {
    const from = shape.input + <usize>(pixel * shape.inputStride);
    const to = shape.output + ((<usize>(pixel * shape.outputStride)) << 1);
    for (let channel: usize = 0; channel < <usize>shape.channels; channel++) {
      const code = <usize>load<u8>(from + channel);
      store<i16>(to + (channel << 1), load<i16>(shape.values + (code << 1)));
    }
  }
}

/** Computes the weighted sum, the product, or the maximum of two floats. */
export function eltwise(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Elements>(parameters);
  const coefficient = f32x4.splat(shape.coefficient);
  const otherCoefficient = f32x4.splat(shape.otherCoefficient);
  for (let pixel = first; pixel < end; pixel++) {
    for (let channel = 0; channel < shape.channels; channel += 4) {
      const a = v128.load(shape.input + ((<usize>(pixel * shape.inputStride + channel)) << 2));
      const b = v128.load(shape.other + ((<usize>(pixel * shape.otherStride + channel)) << 2));
      const result =
        shape.operation === SUM
          ? f32x4.add(f32x4.mul(a, coefficient), f32x4.mul(b, otherCoefficient))
          : shape.operation === PRODUCT
            ? f32x4.mul(a, b)
            : f32x4.max(a, b);
      v128.store(shape.output + ((<usize>(pixel * shape.outputStride + channel)) << 2), result);
    }
  }
}

/** Copies each pixel's bytes from one tensor into another. Strides and channels are in bytes. */
export function concatenate(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<Elements>(parameters);
  for (let pixel = first; pixel < end; pixel++) {
    let from = shape.input + <usize>(pixel * shape.inputStride);
    let to = shape.output + <usize>(pixel * shape.outputStride);
    const stop = from + shape.channels;
    while (from + 16 <= stop) {
      v128.store(to, v128.load(from));
      from += 16;
      to += 16;
    }
    while (from < stop) {
      store<u8>(to, load<u8>(from));
      from++;
      to++;
    }
  }
}
