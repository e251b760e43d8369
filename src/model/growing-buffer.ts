/**
 * Collects a known number of bytes that arrive in pieces. Its memory grows with the bytes received, so that a forged
 * length allocates nothing.
 */
export class GrowingBuffer {
  readonly #size: number;
  #bytes = new Uint8Array(0);
  #length = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get isComplete(): boolean {
    return this.#length === this.#size;
  }

  /** The bytes received so far, in a buffer that nothing else uses. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Copies bytes until the buffer is full. Returns the number of bytes copied. */
  append(piece: Uint8Array): number {
    const count = Math.min(piece.length, this.#size - this.#length);
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(this.#size, Math.max(needed, 2 * this.#length)));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(piece.subarray(0, count), this.#length);
    this.#length = needed;
    return count;
  }
}
