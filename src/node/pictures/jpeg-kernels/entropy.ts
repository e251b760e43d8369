import {
  available,
  byteAt,
  cutShort,
  dropBits,
  extend,
  isEnd,
  isExhausted,
  position as nextByte,
  receive,
  refill,
  setBits,
  setPosition,
  startBits,
  word,
} from './bits';
import {
  COEFFICIENT_BITS,
  COEFFICIENTS,
  LOOKUP_BITS,
  longCodeLength,
  longCodeSymbol,
  readDifference,
  readSymbol,
} from './huffman';

export { cutShort };

/** A component of a scan. */
@unmanaged
class ScanComponent {
  /** The first block of the row of MCUs: 64 16-bit coefficients for each block. */
  blocks: usize = 0;
  /** Bytes from one row of blocks to the next. */
  rowBytes: i32 = 0;
  /** Blocks of an MCU, in each direction. */
  columns: i32 = 0;
  rows: i32 = 0;
  dcTable: usize = 0;
  acTable: usize = 0;
  /** The DC coefficient of the previous block. */
  previous: i32 = 0;
}

const COMPONENT_BYTES: usize = 28;
const BLOCK_BYTES: usize = 128;

// How a scan codes coefficients.
const SEQUENTIAL: i32 = 0;
const FIRST_DC: i32 = 1;
const REFINE_DC: i32 = 2;
const FIRST_AC: i32 = 3;

/** Places of the coefficients in a block, in the order of the file. Damaged runs lead beyond the 64th. */
const PLACES = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
  62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
]);

let restartInterval: i32 = 0;
let mcusToRestart: i32 = 0;
let nextRestart: u32 = 0;
/** Whether the data of the scan have ended, so that the remaining blocks are left as they are. */
let hasEnded: bool = false;
/** Number of further blocks that have no coefficients in a progressive scan. */
let emptyBlocks: i32 = 0;

/** Starts to decode a scan. @param restart number of MCUs between restart markers, or 0. */
export function startScan(start: usize, fileEnd: usize, restart: i32): void {
  startBits(start, fileEnd);
  restartInterval = restart;
  mcusToRestart = restart;
  nextRestart = 0;
  hasEnded = false;
  emptyBlocks = 0;
}

/** Returns the address of the next byte. */
export function position(): usize {
  return nextByte;
}

/**
 * Decodes a row of MCUs.
 * @param coding one of the constants above; otherwise refinements of AC coefficients.
 * @param first the first coefficient of the scan.
 * @param last the last coefficient of the scan.
 * @param low number of low bits that the scan leaves out.
 */
export function decodeRow(
  components: usize,
  count: i32,
  mcus: i32,
  coding: i32,
  first: i32,
  last: i32,
  low: i32,
): void {
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (restartInterval && mcusToRestart == 0) restart(components, count);
    mcusToRestart--;
    if (hasEnded) continue;
    for (let index = 0; index < count; index++) {
      const component = changetype<ScanComponent>(components + <usize>index * COMPONENT_BYTES);
      for (let y = 0; y < component.rows; y++) {
        const row = component.blocks + <usize>(y * component.rowBytes);
        for (let x = 0; x < component.columns; x++) {
          const block = row + <usize>(mcu * component.columns + x) * BLOCK_BYTES;
          if (coding == SEQUENTIAL) decodeBlock(block, component);
          else if (coding == FIRST_DC) {
            component.previous += readDifference(component.dcTable);
            store<i16>(block, <i16>(component.previous << low));
          } else if (coding == REFINE_DC) {
            if (receive(1)) store<i16>(block, <i16>(<i32>load<i16>(block) | (1 << low)));
          } else if (coding == FIRST_AC) decodeFirstAc(block, component.acTable, first, last, low);
          else refineAc(block, component.acTable, first, last, low);
        }
      }
    }
    if (isExhausted()) hasEnded = true;
  }
}

/** Decodes all coefficients of a block. The block must be cleared. */
function decodeBlock(block: usize, component: ScanComponent): void {
  component.previous += readDifference(component.dcTable);
  store<i16>(block, <i16>component.previous);
  const table = component.acTable;
  // Locals are faster than globals.
  let bits = word;
  let left = available;
  let index: i32 = 1;
  do {
    if (left < 32) {
      setBits(bits, left);
      refill();
      bits = word;
      left = available;
    }
    const coefficient = load<i32>(table + COEFFICIENTS + (<usize>(bits >> (64 - COEFFICIENT_BITS)) << 2));
    if (coefficient != 0) {
      index += (coefficient >> 8) & 255;
      bits <<= coefficient & 255;
      left -= coefficient & 255;
      store<i16>(block + (<usize>load<u8>(PLACES + index) << 1), <i16>(coefficient >> 16));
      index++;
      continue;
    }
    const entry = <i32>load<u16>(table + (<usize>(bits >> (64 - LOOKUP_BITS)) << 1));
    const length = entry ? entry >> 8 : longCodeLength(table, bits);
    const symbol = entry ? entry & 255 : longCodeSymbol(table, bits, length);
    bits <<= length;
    left -= length;
    const size = symbol & 15;
    const run = symbol >> 4;
    if (size) {
      index += run;
      const value = extend(<i32>(bits >> (64 - size)), size);
      bits <<= size;
      left -= size;
      store<i16>(block + (<usize>load<u8>(PLACES + index) << 1), <i16>value);
      index++;
    } else if (run == 15) index += 16;
    else break;
  } while (index < 64);
  setBits(bits, left);
}

/** Reads the number of blocks without coefficients that begin with this one. */
@inline
function readEmptyBlocks(exponent: i32): i32 {
  return (1 << exponent) + receive(exponent);
}

function decodeFirstAc(block: usize, table: usize, first: i32, last: i32, low: i32): void {
  if (emptyBlocks > 0) {
    emptyBlocks--;
    return;
  }
  for (let index = first; index <= last; index++) {
    const symbol = readSymbol(table);
    const run = symbol >> 4;
    const size = symbol & 15;
    if (size) {
      index += run;
      const value = extend(receive(size), size);
      store<i16>(block + (<usize>load<u8>(PLACES + index) << 1), <i16>(value << low));
    } else if (run == 15) index += 15;
    else {
      emptyBlocks = readEmptyBlocks(run) - 1;
      break;
    }
  }
}

/** Reads a bit for a coefficient that is not 0, and adds it. */
@inline
function refineCoefficient(address: usize, value: i32, low: i32): void {
  const bit = 1 << low;
  if (receive(1) && (value & bit) == 0) store<i16>(address, <i16>(value >= 0 ? value + bit : value - bit));
}

function refineAc(block: usize, table: usize, first: i32, last: i32, low: i32): void {
  let index = first;
  if (emptyBlocks == 0) {
    for (; index <= last; index++) {
      const symbol = readSymbol(table);
      let run = symbol >> 4;
      let value = 0;
      if (symbol & 15) value = receive(1) ? 1 << low : -1 << low;
      else if (run != 15) {
        emptyBlocks = readEmptyBlocks(run);
        break;
      }
      // Skips `run` coefficients that are 0.
      while (index <= last) {
        const address = block + (<usize>load<u8>(PLACES + index) << 1);
        const present = <i32>load<i16>(address);
        if (present != 0) refineCoefficient(address, present, low);
        else if (--run < 0) break;
        index++;
      }
      if (value) store<i16>(block + (<usize>load<u8>(PLACES + index) << 1), <i16>value);
    }
  }
  if (emptyBlocks > 0) {
    for (; index <= last; index++) {
      const address = block + (<usize>load<u8>(PLACES + index) << 1);
      const present = <i32>load<i16>(address);
      if (present != 0) refineCoefficient(address, present, low);
    }
    emptyBlocks--;
  }
}

/** Continues after a restart marker. If the expected marker is missing, it looks for one as libjpeg does. */
function restart(components: usize, count: i32): void {
  dropBits();
  let at = nextMarker(nextByte);
  let marker = byteAt(at + 1);
  while (marker < 0xc0 || isAhead(marker, -1) || isAhead(marker, -2)) {
    at = nextMarker(at + 2);
    marker = byteAt(at + 1);
  }
  const isFound = marker >= 0xd0 && marker <= 0xd7 && !isAhead(marker, 1) && !isAhead(marker, 2);
  if (isFound) hasEnded = false;
  setPosition(isFound ? at + 2 : at);
  nextRestart = (nextRestart + 1) & 7;
  mcusToRestart = restartInterval;
  emptyBlocks = 0;
  for (let index = 0; index < count; index++) {
    changetype<ScanComponent>(components + <usize>index * COMPONENT_BYTES).previous = 0;
  }
}

function isAhead(marker: u32, distance: i32): bool {
  return marker == 0xd0 + ((nextRestart + <u32>distance) & 7);
}

/** Returns the address of the next marker, or the end of the file. */
function nextMarker(start: usize): usize {
  let at = start;
  while (!isEnd(at) && (byteAt(at) != 0xff || byteAt(at + 1) == 0 || byteAt(at + 1) == 0xff)) at++;
  return at;
}
