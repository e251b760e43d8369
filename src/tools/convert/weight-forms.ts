import { HwgqError } from '../../errors.ts';
import { latentAlpha, type Weights } from '../../graph/weights.ts';
import { float32ToFloat16 } from '../../numerics/float16.ts';
import { packSigns } from '../../numerics/signs.ts';

const MAX_INT8 = 127;
const MAX_FIXED13 = 4095;
const MAX_FLOAT16 = 65504;

/** Maximum difference, in units in the last place, between magnitudes of a filter that count as equal. */
const MAGNITUDE_TOLERANCE = 2;

/** Packs weights to one bit each, with an alpha per filter: mean |w|, or 1 if `useAlpha` is false. */
export function toBinary(values: Float32Array, outputs: number, useAlpha: boolean): Weights {
  return {
    form: 'binary',
    signs: packSigns(values),
    count: values.length,
    alpha: latentAlpha(values, outputs, useAlpha),
  };
}

/** Returns whether the weights of each filter are ±alpha, as in files whose weights were binarized before storing. */
export function isPlusMinusAlpha(values: Float32Array, outputs: number): boolean {
  // Read as integers, float32 magnitudes count units in the last place.
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const size = values.length / outputs;
  for (let start = 0; start < values.length; start += size) {
    let smallest = 0x7fffffff;
    let largest = 0;
    for (let index = start; index < start + size; index++) {
      const magnitude = (bits[index] as number) & 0x7fffffff;
      if (magnitude < smallest) smallest = magnitude;
      if (magnitude > largest) largest = magnitude;
    }
    if (largest - smallest > MAGNITUDE_TOLERANCE) return false;
  }
  return true;
}

/**
 * Converts weights to half precision.
 * @throws HwgqError `invalid-option` if a weight is too large.
 */
export function toFloat16(values: Float32Array, layer: string): Weights {
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!(Math.abs(value) <= MAX_FLOAT16)) {
      throw new HwgqError(
        'invalid-option',
        `Layer '${layer}' has the weight ${value}; half precision holds at most ${MAX_FLOAT16}. Use the form f32.`,
        { layer },
      );
    }
    halves[index] = float32ToFloat16(value);
  }
  return { form: 'float16', values: halves };
}

/** Quantizes weights to 8-bit integers, with a scale per filter. */
export function toInt8(values: Float32Array, outputs: number): Weights {
  const integers = new Int8Array(values.length);
  return { form: 'int8', values: integers, scale: quantize(values, outputs, MAX_INT8, integers) };
}

/** Quantizes weights to 13-bit integers, with a scale per filter. */
export function toFixed13(values: Float32Array, outputs: number): Weights {
  const integers = new Int16Array(values.length);
  return { form: 'fixed13', values: integers, scale: quantize(values, outputs, MAX_FIXED13, integers) };
}

/** Quantizes values to integers from −`largest` to `largest`, written to `integers`, and returns a scale per filter. */
function quantize(
  values: Float32Array,
  outputs: number,
  largest: number,
  integers: Int8Array | Int16Array,
): Float32Array {
  const size = values.length / outputs;
  const scales = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const start = output * size;
    let magnitude = 0;
    for (let index = start; index < start + size; index++)
      magnitude = Math.max(magnitude, Math.abs(values[index] as number));
    // If the scale underflows to 0, the filter is quantized to zeros with any scale.
    const scale = Math.fround(magnitude / largest) || 1;
    scales[output] = scale;
    for (let index = start; index < start + size; index++) {
      const rounded = Math.round((values[index] as number) / scale);
      // A subnormal scale has so few significant bits that the quotient can exceed the range.
      integers[index] = Math.max(-largest, Math.min(largest, rounded));
    }
  }
  return scales;
}
