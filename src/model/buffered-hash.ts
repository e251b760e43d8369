import { missingPart } from '../errors.ts';
import type { Sha256 } from './hash.ts';

/** The hash of bytes that arrive in pieces. */
export interface StreamHash {
  /** Adds bytes, which must not change afterwards. */
  update(bytes: Uint8Array): void;
  /** Returns the hash, 32 bytes. The object cannot be used afterwards. */
  digest(): Uint8Array;
}

/** Beyond this size, files are hashed in JavaScript as they arrive, so that they need not be held in memory. */
const LARGEST_HELD_BYTES = 2 ** 24;

/**
 * Computes the SHA-256 of bytes that arrive in pieces with `crypto.subtle`, which is many times faster than JavaScript that
 * has just started, but needs all bytes at once. Without `crypto.subtle`, and for large files, it hashes in JavaScript,
 * whose code it loads then.
 */
export class BufferedSha256 implements StreamHash {
  readonly #subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #loading: Promise<void> | undefined;
  /** Hashes in JavaScript. */
  #streaming: Sha256 | undefined;
  #digest: Uint8Array | undefined;

  update(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    if (this.#streaming) this.#hashPieces(this.#streaming);
    else if (!this.#subtle || this.#length > LARGEST_HELD_BYTES) this.#startStreaming();
  }

  /**
   * Resolves when `digest` can be called. Call it once, after the last byte.
   * @throws HwgqError `download` if the code that hashes in JavaScript cannot be fetched.
   */
  async finish(): Promise<void> {
    if (!this.#subtle) this.#startStreaming();
    await this.#loading;
    this.#digest = this.#streaming?.digest() ?? new Uint8Array(await this.#ofPieces());
  }

  digest(): Uint8Array {
    return this.#digest as Uint8Array;
  }

  #startStreaming(): void {
    if (this.#loading) return;
    this.#loading = import('./hash.ts').catch(missingPart).then(({ Sha256 }) => {
      this.#streaming = new Sha256();
      this.#hashPieces(this.#streaming);
    });
    // `finish` reports a failure.
    this.#loading.catch(() => {});
  }

  #hashPieces(streaming: Sha256): void {
    for (const piece of this.#pieces.splice(0)) streaming.update(piece);
  }

  #ofPieces(): Promise<ArrayBuffer> {
    const file = new Uint8Array(this.#length);
    let position = 0;
    for (const piece of this.#pieces.splice(0)) {
      file.set(piece, position);
      position += piece.length;
    }
    return (this.#subtle as SubtleCrypto).digest('SHA-256', file);
  }
}
