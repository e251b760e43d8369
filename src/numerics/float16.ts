const word = new DataView(new ArrayBuffer(4));

/** Returns the IEEE 754 binary16 bits nearest to a float32 value, ties to even. Values that round beyond 65504 become infinite. */
export function float32ToFloat16(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // A subnormal half is a multiple of 2^-24. The product is exact, so there is only one rounding.
    word.setUint32(0, magnitude);
    return sign | roundHalfToEven(word.getFloat32(0) * 2 ** 24);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

const halfBits = new Uint32Array(1);
const halfValue = new Float32Array(halfBits.buffer);
/** Corrects the exponent bias of a half whose bits are placed in those of a float32. */
const BIAS_FACTOR = 2 ** 112;

/** Returns the value of IEEE 754 binary16 bits. */
export function float16ToFloat32(bits: number): number {
  halfBits[0] = ((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13);
  const value = (halfValue[0] as number) * BIAS_FACTOR;
  if ((bits & 0x7c00) !== 0x7c00) return value;
  return bits & 0x3ff ? Number.NaN : value * Number.POSITIVE_INFINITY;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
