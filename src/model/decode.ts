import { Sha256 } from './hash.ts';
import type { Model } from './model.ts';
import { ModelDecoder } from './model-decoder.ts';

/**
 * Reads a complete `.hwgq` file.
 * @throws HwgqError the errors of `ModelDecoder.push` and `ModelDecoder.finish`.
 */
export function decodeModel(file: Uint8Array): Model {
  const decoder = new ModelDecoder(new Sha256());
  decoder.push(file);
  return decoder.finish();
}
