import { HwgqError } from '../../errors.ts';
import { decodeModel } from '../../model/decode.ts';
import { encodeModel } from '../../model/encode.ts';
import type { Model } from '../../model/model.ts';

/**
 * Returns a converted model as the bytes of a `.hwgq` file, after reading them with all the checks of a reader.
 * @throws HwgqError `unsupported` if no reader would accept them, naming the field.
 */
export function encodeConverted(model: Model): Uint8Array<ArrayBuffer> {
  const bytes = encodeModel(model);
  try {
    decodeModel(bytes);
  } catch (error) {
    if (!(error instanceof HwgqError)) throw error;
    const problem = error.message.replace(/ [^.]*\.$/, '');
    throw new HwgqError(
      'unsupported',
      `The network cannot be stored as a model: ${problem} Change the network.`,
      error.details,
      { cause: error },
    );
  }
  return bytes;
}
