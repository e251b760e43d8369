import { transfer } from 'comlink';
import { decodeModel } from '../../../model/decode.ts';
import { encodeModel } from '../../../model/encode.ts';
import { sha256Hex } from '../../../model/hash.ts';
import { replaceHead } from '../../../teach/replace-head.ts';
import { type TaughtClass, trainHead } from '../../../teach/train-head.ts';
import { exposeWorker } from '../../../worker/handshake.ts';

/** A model file with the name that derived models record. */
export interface BaseFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The interface of the teaching worker. */
export interface TeachWorker {
  /**
   * Trains a head on features that the base model extracted.
   * @returns the bytes of a `.hwgq` file: the base model with the new head.
   */
  teach(base: BaseFile, classes: readonly TaughtClass[]): Promise<Uint8Array<ArrayBuffer>>;
}

const worker: TeachWorker = {
  async teach({ name, bytes }, classes) {
    const model = decodeModel(bytes);
    const taught = replaceHead(model, trainHead(classes), {
      labels: classes.map(({ label }) => label),
      exampleCounts: classes.map(({ examples }) => examples.length),
      base: { name, bytes: bytes.length, sha256: await sha256Hex(bytes) },
    });
    const file = encodeModel(taught);
    return transfer(file, [file.buffer]);
  },
};

exposeWorker(worker);
