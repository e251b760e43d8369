import { HwgqError } from '../errors.ts';

/** @throws HwgqError `model-format`, always: what is wrong with a file, and at which byte. */
export function rejectFile(what: string, byte: number): never {
  throw new HwgqError('model-format', `This is no usable .hwgq file: ${what}. Fetch or convert it again.`, { byte });
}
