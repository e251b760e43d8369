import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ChannelOrder, Fit } from '../image/preprocessing.ts';
import { encodeModel } from '../model/encode.ts';
import { floatBytes } from '../model/layer-sizes.ts';
import type { Model } from '../model/model.ts';
import { readBytes } from '../node/read-file.ts';
import { type CaffeSource, convertCaffe, type MeanSource } from '../tools/convert/convert-caffe.ts';
import { parseLabels } from '../tools/convert/labels.ts';
import { FLOAT_FORMS, type FloatForm } from '../tools/convert/weights.ts';
import { toNumber } from '../tools/number-arguments.ts';
import { writeWhole } from './files.ts';
import { tell } from './messages.ts';
import { progressBar } from './progress.ts';

interface ConvertOptions {
  readonly prototxt: string;
  readonly weights: string;
  readonly labels?: string;
  readonly mean?: readonly number[] | string;
  readonly scale?: number;
  readonly channels?: ChannelOrder;
  readonly fit?: Fit;
  readonly float: FloatForm;
  readonly out?: string;
}

const PERCENT = 100;
/** So much of the work is done when there is a model; the rest is compressing it. */
const CONVERTED = 75;

/** `hwgq convert`: Caffe files to a `.hwgq` model. */
export function addConvert(program: Command): void {
  program
    .command('convert')
    .description('Convert a Caffe network and its weights to a .hwgq model.')
    .requiredOption('--prototxt <file>', 'the network, as a deploy or train_val prototxt')
    .requiredOption('--weights <file>', 'the weights, as a caffemodel')
    .option('--labels <file>', 'one label a line, in the order of the scores')
    .option(
      '--mean <values|file>',
      'what is subtracted, in the network’s channel order: A,B,C or mean.binaryproto (default: the prototxt’s, or 0)',
      toMean,
    )
    .option(
      '--scale <number>',
      'what the difference is multiplied by: (x − mean) · scale (default: the prototxt’s, or 1)',
      toNumber,
    )
    .addOption(new Option('--channels <order>', 'colour order of the network').choices(['bgr', 'rgb', 'gray']))
    .option(
      '--fit <rule>',
      'how a picture gets the network’s size: stretch, digit, or, with the size before the middle is cut out, crop:256 or shorter-side:256 (default: crop:256 for ImageNet’s sizes, digit for 1×28×28, else stretch)',
      toFit,
    )
    .addOption(
      new Option('--float <form>', 'how weights that are not binary are kept').choices(FLOAT_FORMS).default('compact'),
    )
    .option('--out <file>', 'the model to write (default: the weights’ name with .hwgq)')
    .action(convert);
}

async function convert(options: ConvertOptions): Promise<void> {
  const bar = progressBar(PERCENT, '%');
  const notes: string[] = [];
  let model: Model;
  let bytes: Uint8Array;
  try {
    model = await readModelFrom(options, {
      onNote: (note) => notes.push(note),
      onProgress: (done) => bar.update(Math.round(done * CONVERTED)),
    });
    bytes = encodeModel(model);
  } finally {
    bar.clear();
  }
  for (const note of notes) tell(note);
  const out = options.out ?? `${options.weights.replace(/\.caffemodel$/, '')}.hwgq`;
  await writeWhole(out, async (file) => void (await file.writeFile(bytes)));
  const floats = floatBytes(model.graph);
  const ratio = (floats / bytes.length).toFixed(1);
  process.stdout.write(
    `${out}: ${model.graph.name}, ${bytes.length} bytes (${ratio} times smaller than its ${floats} bytes as float32)\n`,
  );
}

/** A function of its own, so that nothing keeps the caffemodel in memory while the model is written. */
async function readModelFrom(
  options: ConvertOptions,
  callbacks: Pick<CaffeSource, 'onNote' | 'onProgress'>,
): Promise<Model> {
  return convertCaffe({ ...(await readSource(options)), ...callbacks });
}

async function readSource(options: ConvertOptions): Promise<CaffeSource> {
  const decoder = new TextDecoder();
  return {
    prototxt: { name: basename(options.prototxt), text: decoder.decode(await readBytes(options.prototxt)) },
    weights: { name: basename(options.weights), bytes: await readBytes(options.weights) },
    form: options.float,
    ...(options.mean === undefined ? {} : { mean: await readMean(options.mean) }),
    ...(options.scale === undefined ? {} : { scale: options.scale }),
    ...(options.channels === undefined ? {} : { channels: options.channels }),
    ...(options.fit === undefined ? {} : { fit: options.fit }),
    ...(options.labels === undefined ? {} : { labels: parseLabels(decoder.decode(await readBytes(options.labels))) }),
  };
}

/** Means, or the path of a mean image. */
function toMean(text: string): readonly number[] | string {
  return /^[-+\d.,eE\s]+$/.test(text) ? text.split(',').map(toNumber) : text;
}

async function readMean(mean: readonly number[] | string): Promise<MeanSource> {
  if (typeof mean !== 'string') return { kind: 'channels', values: mean };
  return { kind: 'file', name: basename(mean), bytes: await readBytes(mean) };
}

function toFit(text: string): Fit {
  const [, method, size] = /^(stretch|digit|crop|shorter-side)(?::([1-9]\d*))?$/.exec(text) ?? [];
  if ((method === 'stretch' || method === 'digit') && size === undefined) return { method };
  if (method === 'crop' && size !== undefined) return { method, resize: Number(size) };
  if (method === 'shorter-side' && size !== undefined) return { method: 'shorterSide', resize: Number(size) };
  throw new InvalidArgumentError("'stretch', 'digit', 'crop:SIZE' and 'shorter-side:SIZE' are accepted.");
}
