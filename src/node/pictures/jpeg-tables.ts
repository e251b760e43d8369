// The layout of a Huffman table in the memory of the kernels (jpeg-kernels/huffman.ts).
const LOOKUP_BITS = 9;
const LARGEST = 1024;
const OFFSETS = 1096;
const SYMBOLS = 1168;
const COEFFICIENTS = 1424;
const COEFFICIENT_BITS = 10;
const MAX_LENGTH = 16;

/** Bytes of a Huffman table in memory. */
export const HUFFMAN_BYTES = COEFFICIENTS + 4 * 2 ** COEFFICIENT_BITS;

/** Places of the coefficients in a block, in the order of the file. */
export const ZIGZAG: readonly number[] = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
];

/**
 * Writes a Huffman table.
 * @param counts the number of codes of each length from 1 to 16.
 * @param symbols the symbols in the order of their codes.
 * @throws Error if the lengths are not those of a code.
 */
export function writeHuffmanTable(table: Uint8Array, counts: Uint8Array, symbols: Uint8Array): void {
  const view = new DataView(table.buffer, table.byteOffset, HUFFMAN_BYTES);
  table.fill(0, 0, HUFFMAN_BYTES);
  table.set(symbols, SYMBOLS);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    const count = counts[length - 1] as number;
    if (code + count > 1 << length) throw new Error('a Huffman table has too many codes');
    view.setInt32(LARGEST + 4 * length, count === 0 ? -1 : code + count - 1, true);
    view.setInt32(OFFSETS + 4 * length, index - code, true);
    if (length <= LOOKUP_BITS) {
      const span = 1 << (LOOKUP_BITS - length);
      for (let each = 0; each < count; each++) {
        const entry = (length << 8) | (symbols[index + each] as number);
        for (let bits = (code + each) * span; bits < (code + each + 1) * span; bits++) {
          view.setUint16(2 * bits, entry, true);
        }
      }
    }
    code = (code + count) << 1;
    index += count;
  }
  writeCoefficients(view);
}

/** Writes the coefficients whose code and bits are short enough to be read at once. */
function writeCoefficients(view: DataView): void {
  for (let bits = 0; bits < 2 ** COEFFICIENT_BITS; bits++) {
    const entry = view.getUint16(2 * (bits >> (COEFFICIENT_BITS - LOOKUP_BITS)), true);
    const [length, run, size] = [entry >> 8, (entry >> 4) & 15, entry & 15];
    if (length === 0 || size === 0 || length + size > COEFFICIENT_BITS) continue;
    const value = (bits >> (COEFFICIENT_BITS - length - size)) & ((1 << size) - 1);
    const signed = value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    view.setInt32(COEFFICIENTS + 4 * bits, signed * 65536 + run * 256 + length + size, true);
  }
}
