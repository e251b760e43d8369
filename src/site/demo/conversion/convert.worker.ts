import { transfer } from 'comlink';
import type { ChannelOrder } from '../../../image/preprocessing.ts';
import { encodeModel } from '../../../model/encode.ts';
import type { Model } from '../../../model/model.ts';
import { convertCaffe } from '../../../tools/convert/convert-caffe.ts';
import { parseLabels } from '../../../tools/convert/labels.ts';
import { exposeWorker } from '../../../worker/handshake.ts';
import type { CaffeFiles } from '../incoming-files.ts';

/** How pictures are prepared for a converted network; what is absent is left to the converter. */
export interface PreprocessingChoice {
  /** A value for each channel, in the network's order. */
  readonly mean?: readonly number[];
  readonly scale?: number;
  readonly channels?: ChannelOrder;
}

/** What Caffe files become. */
export interface Conversion {
  /** A `.hwgq` file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Sentences that people should read: preprocessing that the prototxt gave, or that is missing. */
  readonly notes: readonly string[];
}

/** What the worker does for the page. */
export interface ConvertWorker {
  convert(files: CaffeFiles, choice: PreprocessingChoice): Promise<Conversion>;
}

/** By custom, Caffe's networks for MNIST take pixel / 256; deploy files do not say so. */
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
    const bytes = encodeModel(choice.scale === undefined ? withUsualScale(model) : model);
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
