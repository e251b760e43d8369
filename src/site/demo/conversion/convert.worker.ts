import { transfer } from 'comlink';
import type { ChannelOrder } from '../../../image/preprocessing.ts';
import type { Model } from '../../../model/model.ts';
import { convertCaffe } from '../../../tools/convert/convert-caffe.ts';
import { encodeConverted } from '../../../tools/convert/encode-converted.ts';
import { parseLabels } from '../../../tools/convert/labels.ts';
import { exposeWorker } from '../../../worker/handshake.ts';
import type { CaffeFiles } from '../incoming-files.ts';

/** Preprocessing for a converted network. The converter chooses what is absent. */
export interface PreprocessingChoice {
  /** One value per channel, in the network's order. */
  readonly mean?: readonly number[];
  readonly scale?: number;
  readonly channels?: ChannelOrder;
}

/** The result of a conversion. */
export interface Conversion {
  /** The bytes of a `.hwgq` file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Notes for the visitor, such as preprocessing that the prototxt specified or left open. */
  readonly notes: readonly string[];
}

/** The interface of the conversion worker. */
export interface ConvertWorker {
  convert(files: CaffeFiles, choice: PreprocessingChoice): Promise<Conversion>;
}

/** Caffe's MNIST networks expect pixel / 256 by convention; deploy files do not state it. */
const DIGIT_SCALE = 1 / 256;

const worker: ConvertWorker = {
  async convert({ prototxt, weights, mean, labels }, choice) {
    const { mean: values, ...rest } = choice;
    const meanOf = values ? { kind: 'channels' as const, values } : mean && (await readMean(mean));
    const notes: string[] = [];
    const model = await convertCaffe({
      prototxt: { name: prototxt.name, text: await prototxt.text() },
      weights: { name: weights.name, bytes: await readBytes(weights) },
      ...(meanOf ? { mean: meanOf } : {}),
      ...(labels ? { labels: parseLabels(await labels.text()) } : {}),
      ...rest,
      onNote: (note) => notes.push(note),
    });
    const bytes = encodeConverted(choice.scale === undefined ? withUsualScale(model) : model);
    return transfer({ bytes, notes }, [bytes.buffer]);
  },
};

async function readMean(file: File) {
  return { kind: 'file' as const, name: file.name, bytes: await readBytes(file) };
}

async function readBytes(file: File): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer());
}

function withUsualScale(model: Model): Model {
  const { preprocessing } = model;
  return preprocessing.fit.method === 'digit' && preprocessing.scale === 1
    ? { ...model, preprocessing: { ...preprocessing, scale: DIGIT_SCALE } }
    : model;
}

exposeWorker(worker);
