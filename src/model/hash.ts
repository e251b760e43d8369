/** `crypto.subtle` copies its input. Beyond this size the copy costs more than hashing in JavaScript. */
const LARGEST_COPY_BYTES = 2 ** 24;

/** Progress is reported after this many bytes. */
const BYTES_BETWEEN_REPORTS = 2 ** 22;

/**
 * Returns the SHA-256 of bytes in lower-case hexadecimal. Works without `crypto.subtle`, which pages without HTTPS lack.
 * @param onProgress called with the hashed share, from 0 to 1, if there are many bytes.
 */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>, onProgress?: (done: number) => void): Promise<string> {
  const subtle = bytes.length <= LARGEST_COPY_BYTES ? globalThis.crypto?.subtle : undefined;
  const digest = subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : sha256(bytes, onProgress);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const PRIMES = firstPrimes(64);
const ROUND_CONSTANTS = Int32Array.from(PRIMES, (prime) => fractionBits(Math.cbrt(prime)));
const INITIAL_STATE = Int32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime)));

/** Computes the SHA-256 (FIPS 180-4) of bytes that arrive in pieces. */
export class Sha256 {
  readonly #state = INITIAL_STATE.slice();
  readonly #schedule = new Int32Array(64);
  /** The bytes of an incomplete block. */
  readonly #rest = new Uint8Array(64);
  #length = 0;

  update(bytes: Uint8Array): void {
    const held = this.#length % 64;
    this.#length += bytes.length;
    let start = 0;
    if (held > 0) {
      start = Math.min(64 - held, bytes.length);
      this.#rest.set(bytes.subarray(0, start), held);
      if (held + start < 64) return;
      addBlock(this.#state, this.#schedule, this.#rest, 0);
    }
    for (; start + 64 <= bytes.length; start += 64) addBlock(this.#state, this.#schedule, bytes, start);
    this.#rest.set(bytes.subarray(start));
  }

  /** Returns the hash, 32 bytes. The object cannot be used afterwards. */
  digest(): Uint8Array {
    const held = this.#length % 64;
    const tail = new Uint8Array(held < 56 ? 64 : 128);
    tail.set(this.#rest.subarray(0, held));
    tail[held] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(this.#length / 2 ** 29));
    view.setUint32(tail.length - 4, (this.#length * 8) % 2 ** 32);
    for (let start = 0; start < tail.length; start += 64) addBlock(this.#state, this.#schedule, tail, start);
    const digest = new Uint8Array(32);
    const out = new DataView(digest.buffer);
    for (const [index, word] of this.#state.entries()) out.setInt32(index * 4, word);
    return digest;
  }
}

/**
 * Returns the SHA-256 of bytes, 32 bytes.
 * @param onProgress called with the hashed share, from 0 to 1.
 */
export function sha256(bytes: Uint8Array, onProgress?: (done: number) => void): Uint8Array {
  const hash = new Sha256();
  for (let start = 0; start < bytes.length; start += BYTES_BETWEEN_REPORTS) {
    onProgress?.(start / bytes.length);
    hash.update(bytes.subarray(start, start + BYTES_BETWEEN_REPORTS));
  }
  return hash.digest();
}

/** Adds a block of 64 bytes. Separate variables and signed 32-bit arithmetic let engines work in machine registers. */
function addBlock(state: Int32Array, w: Int32Array, bytes: Uint8Array, start: number): void {
  for (let i = 0, at = start; i < 16; i++, at += 4) {
    w[i] =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number);
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] as number;
    const y = w[i - 2] as number;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
  let a = (state[0] as number) | 0;
  let b = (state[1] as number) | 0;
  let c = (state[2] as number) | 0;
  let d = (state[3] as number) | 0;
  let e = (state[4] as number) | 0;
  let f = (state[5] as number) | 0;
  let g = (state[6] as number) | 0;
  let h = (state[7] as number) | 0;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUND_CONSTANTS[i] as number) + (w[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

/** Returns the first 32 bits of a number's fractional part. */
function fractionBits(value: number): number {
  return Math.floor((value - Math.floor(value)) * 2 ** 32);
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}
