import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withFileName } from '../errors.ts';
import type { ChannelOrder, Fit } from '../image/preprocessing.ts';
import { floatBytes } from '../model/layer-sizes.ts';
import type { Model } from '../model/model.ts';
import { readBytes } from '../node/read-file.ts';
import { type CaffeSource, convertCaffe, type MeanSource } from '../tools/convert/convert-caffe.ts';
import { encodeConverted } from '../tools/convert/encode-converted.ts';
import { parseLabels } from '../tools/convert/labels.ts';
import { FLOAT_FORMS, type FloatForm } from '../tools/convert/weights.ts';
import { toNumber } from '../tools/number-arguments.ts';
import { print, printMessage } from './messages.ts';
import { progressBar } from './progress.ts';
import { expectNewFiles, writeAtomically } from './write-file.ts';

interface ConvertOptions {
  readonly prototxt: string;
  readonly weights: string;
  readonly labels?: string;
  readonly mean?: readonly number[] | string;
  readonly scale?: number;
  readonly channels?: ChannelOrder;
  readonly fit?: Fit;
  readonly scores?: string;
  readonly float: FloatForm;
  readonly out?: string;
}

const PERCENT = 100;
/** Progress in percent once the network is converted. The rest is compressing the model. */
const CONVERTED = 75;

/** Adds `hwgq convert`, which converts Caffe files to a `.hwgq` model. */
export function addConvert(program: Command): void {
  program
    .command('convert')
    .description('Convert a Caffe network and its weights to a .hwgq model.')
    .requiredOption('--prototxt <file>', 'network: a deploy or train_val prototxt')
    .requiredOption('--weights <file>', 'weights: a caffemodel')
    .option('--labels <file>', 'class labels, one per line, in the order of the scores')
    .option(
      '--mean <values|file>',
      'mean to subtract: one number per channel (A,B,C), in the network’s channel order, or a mean image (binaryproto) (default: from the prototxt, otherwise 0)',
      toMean,
    )
    .option('--scale <number>', 'factor in (x − mean) · scale (default: from the prototxt, otherwise 1)', toNumber)
    .addOption(
      new Option(
        '--channels <order>',
        'channel order of the network (default: bgr for 3 channels, gray for 1)',
      ).choices(['bgr', 'rgb', 'gray']),
    )
    .option(
      '--fit <rule>',
      'how pictures are resized to the network’s input: stretch, digit, crop:SIZE or shorter-side:SIZE, where SIZE is the size before cropping (default: crop:256 for ImageNet sizes, digit for 1×28×28, otherwise stretch)',
      toFit,
    )
    .addOption(
      new Option('--float <form>', 'storage format of weights that are not binary')
        .choices(FLOAT_FORMS)
        .default('compact'),
    )
    .option(
      '--scores <blob>',
      'blob that holds the scores of the classes, if the network has several ends (default: the end, before Softmax)',
    )
    .option('--out <file>', 'model to write (default: the name of the weights file, with .hwgq)')
    .action(convert);
}

async function convert(options: ConvertOptions): Promise<void> {
  const out = options.out ?? `${options.weights.replace(/\.caffemodel$/, '')}.hwgq`;
  const { prototxt, weights, labels, mean } = options;
  await expectNewFiles([out], [prototxt, weights, labels, typeof mean === 'string' ? mean : undefined]);
  const bar = progressBar(PERCENT, '%');
  const notes: string[] = [];
  let model: Model;
  let bytes: Uint8Array;
  try {
    model = await readModelFrom(options, {
      onNote: (note) => notes.push(note),
      onProgress: (done) => bar.update(Math.round(done * CONVERTED)),
    });
    bytes = encodeConverted(model);
  } finally {
    bar.clear();
  }
  for (const note of notes) printMessage(note);
  await writeAtomically(out, async (file) => void (await file.writeFile(bytes)));
  const floats = floatBytes(model.graph);
  const ratio = (floats / bytes.length).toFixed(1);
  print(
    `${out}: ${model.graph.name}, ${bytes.length} bytes (${ratio} times smaller than its ${floats} bytes as float32)\n`,
  );
}

/** Reads and converts. A separate function, so that the caffemodel can be freed before the model is written. */
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
    ...(options.scores === undefined ? {} : { scores: options.scores }),
    ...(options.labels === undefined ? {} : { labels: await readLabels(options.labels) }),
  };
}

async function readLabels(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(await readBytes(path));
  return withFileName(path, () => parseLabels(text));
}

/** Parses `--mean`: numbers, or the path of a mean image. */
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
  throw new InvalidArgumentError("Use 'stretch', 'digit', 'crop:SIZE' or 'shorter-side:SIZE'.");
}
