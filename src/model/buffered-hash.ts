import { Sha256 } from './hash.ts';

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
 * has just started, but needs all bytes at once. Without `crypto.subtle`, and for large files, it hashes in JavaScript.
 */
export class BufferedSha256 implements StreamHash {
  readonly #subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Hashes large files. */
  #streaming: Sha256 | undefined = this.#subtle ? undefined : new Sha256();
  #digest: Uint8Array | undefined;

  update(bytes: Uint8Array): void {
    if (!this.#streaming) {
      this.#pieces.push(bytes);
      this.#length += bytes.length;
      if (this.#length <= LARGEST_HELD_BYTES) return;
      this.#streaming = new Sha256();
      for (const piece of this.#pieces.splice(0)) this.#streaming.update(piece);
    } else this.#streaming.update(bytes);
  }

  /** Resolves when `digest` can be called. Call it once, after the last byte. */
  async finish(): Promise<void> {
    if (this.#streaming || !this.#subtle) return;
    const file = new Uint8Array(this.#length);
    let position = 0;
    for (const piece of this.#pieces.splice(0)) {
      file.set(piece, position);
      position += piece.length;
    }
    this.#digest = new Uint8Array(await this.#subtle.digest('SHA-256', file));
  }

  digest(): Uint8Array {
    return this.#digest ?? (this.#streaming as Sha256).digest();
  }
}
