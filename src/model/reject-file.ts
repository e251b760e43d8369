import { HwgqError } from '../errors.ts';

/**
 * Rejects a `.hwgq` file.
 * @param problem a clause that follows a colon in the message.
 * @param byte the position of the problem.
 * @throws HwgqError `model-format`, always.
 */
export function rejectFile(problem: string, byte: number): never {
  throw new HwgqError('model-format', `Not a usable .hwgq file: ${problem}. Download or convert the model again.`, {
    byte,
  });
}
