/** A run of bytes whose length is known and that comes in pieces. Its memory grows with them, not with what is told. */
export class GrowingBuffer {
  #bytes = new Uint8Array(0);
  #length = 0;

  constructor(private readonly size: number) {}

  get isComplete(): boolean {
    return this.#length === this.size;
  }

  /** What has come so far, in a buffer of its own. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Copies as many bytes as are still missing, and says how many those were. */
  take(piece: Uint8Array): number {
    const count = Math.min(piece.length, this.size - this.#length);
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(this.size, Math.max(needed, 2 * this.#length)));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(piece.subarray(0, count), this.#length);
    this.#length = needed;
    return count;
  }
}
