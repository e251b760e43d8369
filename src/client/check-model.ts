import { HwgqError } from '../errors.ts';
import type { ModelSource } from './types.ts';

/** @throws HwgqError `invalid-option` if the model is missing or of another type. */
export function checkModel(model: unknown): asserts model is ModelSource {
  if (typeof model === 'string' && model !== '') return;
  const types = [URL, Request, Blob, ArrayBuffer, ReadableStream];
  if (types.some((type) => model instanceof type)) return;
  const seen = typeof model === 'object' && model ? Object.prototype.toString.call(model) : `'${String(model)}'`;
  const problem = model === undefined ? '`model` is missing.' : `\`model\` is ${seen}.`;
  throw new HwgqError(
    'invalid-option',
    `${problem} Pass the URL of a .hwgq file, a Request, or its bytes as Blob, ArrayBuffer or ReadableStream.`,
  );
}
