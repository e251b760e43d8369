import { LOOKUP_CHANNELS } from './constants';

/** Taps whose signs one 64-bit word holds, wherever in its first byte they begin. */
const WORD_TAPS = 56;

/**
 * Packs signs, which are stored one bit each in Caffe's order, as [group][block of 32 outputs][tap][table][output]. Each
 * byte holds the signs of a table's four input channels, the lowest bit the first. Packing two tables into a byte would
 * halve the size, but cost three more instructions to read. The packed bytes are zero beforehand, and 8 bytes after the
 * signs may be read.
 */
export function packSigns(signs: usize, packed: usize, groups: i32, outputs: i32, inputs: i32, taps: i32): void {
  const tables = ((inputs + 7) >> 3) << 1;
  const blocks = (outputs + LOOKUP_CHANNELS - 1) / LOOKUP_CHANNELS;
  const tapBytes = <usize>(tables * LOOKUP_CHANNELS);
  const blockBytes = <usize>taps * tapBytes;
  for (let filter = 0; filter < groups * outputs; filter++) {
    const output = filter % outputs;
    const block = (filter / outputs) * blocks + output / LOOKUP_CHANNELS;
    const to = packed + <usize>block * blockBytes + <usize>(output % LOOKUP_CHANNELS);
    packFilter(signs, <usize>filter * <usize>(inputs * taps), to, tapBytes, inputs, taps);
  }
}

/** Packs one filter, whose signs begin at a bit. */
function packFilter(signs: usize, first: usize, to: usize, tapBytes: usize, inputs: i32, taps: i32): void {
  // A product moves the bits of a tap's four channels, which are `taps` apart, side by side. It does so without carries if
  // they are 4 to 10 apart.
  const isGathered = taps === 1 || (taps >= 4 && taps <= 10);
  const step = <u64>taps;
  const mask: u64 = taps === 1 ? 15 : 1 | (1 << step) | (1 << (2 * step)) | (1 << (3 * step));
  const factor: u64 = taps === 1 ? 1 : (1 << (3 * step)) | (2 << (2 * step)) | (4 << step) | 8;
  const shift: u64 = taps === 1 ? 0 : 3 * step;
  for (let channel = 0; channel < inputs; channel += 4) {
    const bit = first + <usize>(channel * taps);
    if (isGathered && channel + 4 <= inputs) {
      const word = wordAt(signs, bit);
      let at = to;
      for (let tap: u64 = 0; tap < step; tap++) {
        store<u8>(at, <u8>(((((word >> tap) & mask) * factor) >> shift) & 15));
        at += tapBytes;
      }
    } else {
      for (let tap = 0; tap < taps; tap += WORD_TAPS) {
        packTaps(signs, bit, to, tapBytes, min(4, inputs - channel), taps, tap);
      }
    }
    to += LOOKUP_CHANNELS;
  }
}

/** Packs some taps of up to four channels. */
function packTaps(
  signs: usize,
  bit: usize,
  to: usize,
  tapBytes: usize,
  channels: i32,
  taps: i32,
  first: i32,
): void {
  const from = bit + <usize>first;
  let a = wordAt(signs, from);
  let b: u64 = channels > 1 ? wordAt(signs, from + <usize>taps) : 0;
  let c: u64 = channels > 2 ? wordAt(signs, from + 2 * <usize>taps) : 0;
  let d: u64 = channels > 3 ? wordAt(signs, from + 3 * <usize>taps) : 0;
  const end = min(taps, first + WORD_TAPS);
  for (let tap = first; tap < end; tap++) {
    store<u8>(
      to + <usize>tap * tapBytes,
      <u8>((a & 1) | ((b & 1) << 1) | ((c & 1) << 2) | ((d & 1) << 3)),
    );
    a >>= 1;
    b >>= 1;
    c >>= 1;
    d >>= 1;
  }
}

/** Returns the signs from a bit on, at least 57 of them. */
// @ts-ignore: decorator
@inline
function wordAt(signs: usize, bit: usize): u64 {
  return load<u64>(signs + (bit >> 3)) >> <u64>(bit & 7);
}
