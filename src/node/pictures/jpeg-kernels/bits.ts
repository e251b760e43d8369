// The bits of a scan. They are kept left-aligned in a word of 64 bits.

/** Address of the next byte of the scan. */
export let position: usize = 0;
/** Address at which the file ends. */
let end: usize = 0;
export let word: u64 = 0;
/** Number of valid bits in `word`. */
export let available: i32 = 0;
/** Number of zeros at the end of `word` that stand for data after the last byte of the scan. */
let padding: i32 = 0;
/** Whether bits were read beyond the end of the file. */
let isCutShort: bool = false;

export function startBits(start: usize, fileEnd: usize): void {
  position = start;
  end = fileEnd;
  isCutShort = false;
  dropBits();
}

export function dropBits(): void {
  word = 0;
  available = 0;
  padding = 0;
}

export function setBits(newWord: u64, newAvailable: i32): void {
  word = newWord;
  available = newAvailable;
}

export function setPosition(address: usize): void {
  position = address;
}

/** Returns the byte at an address, or 0xd9, as of an end-of-image marker, beyond the end of the file. */
export function byteAt(address: usize): u32 {
  return address < end ? <u32>load<u8>(address) : 0xd9;
}

export function isEnd(address: usize): bool {
  return address >= end;
}

export function cutShort(): i32 {
  return isCutShort;
}

/** Returns whether bits have been read that the scan does not have. */
export function isExhausted(): bool {
  if (available >= padding) return false;
  if (position >= end) isCutShort = true;
  return true;
}

/** Makes at least 48 bits available. */
export function refill(): void {
  if (padding == 0 && position + 8 <= end) {
    const bytes = load<u64>(position);
    // Finds a byte of 0xff, which begins a marker or is followed by a zero that is not data.
    const inverse = ~bytes;
    if (((inverse - 0x0101010101010101) & bytes & 0x8080808080808080) == 0) {
      const count = (64 - available) >> 3;
      word = (word | (bswap<u64>(bytes) >> available)) & (u64.MAX_VALUE << (64 - available - (count << 3)));
      position += count;
      available += count << 3;
      return;
    }
  }
  refillSlowly();
}

function refillSlowly(): void {
  while (available <= 56) {
    let byte: u64 = 0;
    if (padding > 0 || position >= end) padding += 8;
    else {
      byte = <u64>load<u8>(position);
      if (byte != 0xff) position++;
      else {
        // Any number of 0xff may precede a marker.
        let next = position + 1;
        while (next < end && load<u8>(next) == 0xff) next++;
        if (next < end && load<u8>(next) == 0) position = next + 1;
        else {
          position = next < end ? next - 1 : end;
          byte = 0;
          padding += 8;
        }
      }
    }
    word |= byte << (56 - available);
    available += 8;
  }
}

/** Reads up to 16 bits. */
export function receive(count: i32): i32 {
  if (count == 0) return 0;
  if (available < count) refill();
  const value = <i32>(word >> (64 - count));
  word <<= count;
  available -= count;
  return value;
}

/** Converts the bits of a coefficient to its value: those that begin with 0 are negative. */
@inline
export function extend(value: i32, count: i32): i32 {
  return value < (1 << (count - 1)) ? value - (1 << count) + 1 : value;
}
