import { transfer } from 'comlink';
import { decodeModel } from '../../../model/decode.ts';
import { encodeModel } from '../../../model/encode.ts';
import { sha256Hex } from '../../../model/hash.ts';
import { replaceHead } from '../../../teach/replace-head.ts';
import { type TaughtClass, trainHead } from '../../../teach/train-head.ts';
import { exposeWorker } from '../../../worker/handshake.ts';

/** A model's file, as it is named in what is made of it. */
export interface BaseFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the worker does for the page. */
export interface TeachWorker {
  /** @returns the `.hwgq` file of the base with a head for the classes, whose features the base has made. */
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
