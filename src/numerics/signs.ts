/**
 * Packs signs into bits in canonical order: weight i is bit i % 8 of byte i / 8, 1 for w >= 0 and 0 for w < 0. There is
 * no padding between filters; the bits after the last weight are 0.
 */
export function packSigns(values: ArrayLike<number>): Uint8Array {
  const signs = new Uint8Array(Math.ceil(values.length / 8));
  for (let index = 0; index < values.length; index++) {
    if ((values[index] as number) >= 0) signs[index >> 3] = (signs[index >> 3] as number) | (1 << (index & 7));
  }
  return signs;
}

/** Whether the sign of weight `index` is +. */
export function signBitAt(signs: Uint8Array, index: number): boolean {
  return (((signs[index >> 3] as number) >> (index & 7)) & 1) === 1;
}

/** Writes `count` signs, from weight `first` on, as one byte each: 1 for +, 0 for −. */
export function unpackSigns(signs: Uint8Array, first: number, bits: Uint8Array, count: number): void {
  for (let index = 0, at = first; index < count; index++, at++) {
    bits[index] = ((signs[at >> 3] as number) >> (at & 7)) & 1;
  }
}
