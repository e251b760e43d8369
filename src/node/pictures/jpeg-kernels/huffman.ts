import { available, receive, refill, setBits, word } from './bits';

// A Huffman table in memory (src/node/pictures/jpeg-tables.ts writes it).

/** Symbols of codes of up to 9 bits, by the next 9 bits: length · 256 + symbol, or 0. */
export const LOOKUP_BITS: i32 = 9;
/** Largest code of each length, or -1, as 32-bit integers. */
const LARGEST: usize = 1024;
/** Number to add to a code of each length to get the index of its symbol, as 32-bit integers. */
const OFFSETS: usize = 1096;
const SYMBOLS: usize = 1168;
/**
 * Coefficients whose code and bits have up to 10 bits together, by the next 10 bits: value · 65536 + run · 256 + length,
 * or 0.
 */
export const COEFFICIENTS: usize = 1424;
export const COEFFICIENT_BITS: i32 = 10;

/** Reads a symbol. */
export function readSymbol(table: usize): i32 {
  if (available < 17) refill();
  const entry = <i32>load<u16>(table + (<usize>(word >> (64 - LOOKUP_BITS)) << 1));
  const length = entry ? entry >> 8 : longCodeLength(table, word);
  const symbol = entry ? entry & 255 : longCodeSymbol(table, word, length);
  setBits(word << length, available - length);
  return symbol;
}

/** Returns the length of a code of more than 9 bits: 17 if there is no such code. */
export function longCodeLength(table: usize, bits: u64): i32 {
  let length = LOOKUP_BITS + 1;
  while (length <= 16 && <i32>(bits >> (64 - length)) > load<i32>(table + LARGEST + (<usize>length << 2))) length++;
  return length;
}

/** Returns the symbol of a code, or 0 if there is no such code. */
export function longCodeSymbol(table: usize, bits: u64, length: i32): i32 {
  if (length > 16) return 0;
  const index = <i32>(bits >> (64 - length)) + load<i32>(table + OFFSETS + (<usize>length << 2));
  return <i32>load<u8>(table + SYMBOLS + (index & 255));
}

/** Reads the number of bits that a symbol announces. */
export function readDifference(table: usize): i32 {
  const count = readSymbol(table) & 15;
  if (count == 0) return 0;
  const value = receive(count);
  return value < (1 << (count - 1)) ? value - (1 << count) + 1 : value;
}
