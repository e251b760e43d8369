import { HwgqError } from '../errors.ts';

/**
 * Rejects a `.hwgq` file.
 * @param problem a clause that follows a colon in the message.
 * @param byte the position of the problem.
 * @param remedy a sentence.
 * @throws HwgqError `model-format`, always.
 */
export function rejectFile(problem: string, byte: number, remedy = 'Download or convert the model again.'): never {
  throw new HwgqError('model-format', `Not a usable .hwgq file: ${problem}. ${remedy}`, { byte });
}
