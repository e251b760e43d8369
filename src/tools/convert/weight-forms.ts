import { HwgqError } from '../../errors.ts';
import { latentAlpha, type Weights } from '../../graph/weights.ts';
import { float32ToFloat16 } from '../../numerics/float16.ts';
import { packSigns } from '../../numerics/signs.ts';

const LARGEST_INT8 = 127;
const LARGEST_FIXED13 = 4095;
const LARGEST_FLOAT16 = 65504;

/** Weights of a filter that differ by no more units in the last place than this count as one magnitude. */
const MAGNITUDE_TOLERANCE = 2;

/** One bit a weight, and alpha a filter: mean |w|, or 1 where `useAlpha` is false. */
export function toBinary(values: Float32Array, outputs: number, useAlpha: boolean): Weights {
  return {
    form: 'binary',
    signs: packSigns(values),
    count: values.length,
    alpha: latentAlpha(values, outputs, useAlpha),
  };
}

/** Whether the weights of each filter are ±alpha already, as in files that were binarized before they were stored. */
export function isPlusMinusAlpha(values: Float32Array, outputs: number): boolean {
  // The bits of float32 magnitudes count up in units in the last place.
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const size = values.length / outputs;
  for (let start = 0; start < values.length; start += size) {
    let least = 0x7fffffff;
    let most = 0;
    for (let index = start; index < start + size; index++) {
      const magnitude = (bits[index] as number) & 0x7fffffff;
      if (magnitude < least) least = magnitude;
      if (magnitude > most) most = magnitude;
    }
    if (most - least > MAGNITUDE_TOLERANCE) return false;
  }
  return true;
}

/** @throws HwgqError `invalid-option` where a weight is beyond what half precision can hold. */
export function toFloat16(values: Float32Array, layer: string): Weights {
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!(Math.abs(value) <= LARGEST_FLOAT16)) {
      throw new HwgqError(
        'invalid-option',
        `Layer '${layer}' has the weight ${value}; half precision ends at ${LARGEST_FLOAT16}. Choose the form f32.`,
        { layer },
      );
    }
    halves[index] = float32ToFloat16(value);
  }
  return { form: 'float16', values: halves };
}

export function toInt8(values: Float32Array, outputs: number): Weights {
  const whole = new Int8Array(values.length);
  return { form: 'int8', values: whole, scale: quantize(values, outputs, LARGEST_INT8, whole) };
}

export function toFixed13(values: Float32Array, outputs: number): Weights {
  const whole = new Int16Array(values.length);
  return { form: 'fixed13', values: whole, scale: quantize(values, outputs, LARGEST_FIXED13, whole) };
}

/** Writes values as whole numbers up to `largest` times one scale a filter, and gives the scales. */
function quantize(values: Float32Array, outputs: number, largest: number, whole: Int8Array | Int16Array): Float32Array {
  const size = values.length / outputs;
  const scales = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const start = output * size;
    let most = 0;
    for (let index = start; index < start + size; index++) most = Math.max(most, Math.abs(values[index] as number));
    // A filter of zeros, or one too small for a float32 scale, stays zero under any scale.
    const scale = Math.fround(most / largest) || 1;
    scales[output] = scale;
    for (let index = start; index < start + size; index++) {
      const rounded = Math.round((values[index] as number) / scale);
      // A subnormal scale is so coarse that the quotient can exceed the range.
      whole[index] = Math.max(-largest, Math.min(largest, rounded));
    }
  }
  return scales;
}
