import type { Model } from './model.ts';
import { ModelDecoder } from './model-decoder.ts';

/**
 * Reads a whole `.hwgq` file.
 * @throws HwgqError as `ModelDecoder`.
 */
export function decodeModel(file: Uint8Array): Model {
  const decoder = new ModelDecoder();
  decoder.push(file);
  return decoder.finish();
}
