import { HwgqError } from '../errors.ts';
import { Sha256 } from '../model/hash.ts';
import type { Model } from '../model/model.ts';
import { ModelDecoder } from '../model/model-decoder.ts';

/** A model that comes piece by piece, held against the hash that was asked for. */
export class IncomingModel {
  readonly #decoder = new ModelDecoder();
  readonly #hash = new Sha256();
  #bytes = 0;

  /**
   * @param integrity `sha256-` and base64: what the file must hash to.
   * @throws HwgqError `invalid-option` where it is something else.
   */
  constructor(private readonly integrity: string | undefined) {
    if (integrity === undefined || integrity.startsWith('sha256-')) return;
    throw new HwgqError('invalid-option', `integrity is '${integrity}'; 'sha256-' and base64 is accepted.`);
  }

  /** How many bytes have come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws HwgqError `model-format` as soon as the bytes cannot become a model. */
  push(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.integrity !== undefined) this.#hash.update(bytes);
    this.#decoder.push(bytes);
  }

  /** @throws HwgqError `model-integrity`, and as `ModelDecoder`. */
  finish(): Model {
    if (this.integrity !== undefined) this.#checkIntegrity(this.integrity);
    return this.#decoder.finish();
  }

  #checkIntegrity(integrity: string): void {
    const hash = `sha256-${btoa(String.fromCharCode(...this.#hash.digest()))}`;
    if (hash === integrity) return;
    throw new HwgqError(
      'model-integrity',
      `The model's hash is ${hash}, and ${integrity} was asked for. Fetch it again.`,
    );
  }
}
