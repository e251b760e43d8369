import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { readBinaryproto } from '../caffe/caffemodel.ts';
import { type CaffeSource, convertCaffe } from '../convert/convert-caffe.ts';
import { parseLabels } from '../convert/labels.ts';
import { FLOAT_FORMS, type FloatForm } from '../convert/weights.ts';
import { HwgqError } from '../errors.ts';
import type { ChannelOrder } from '../image/preprocessing.ts';
import { encodeModel } from '../model/encode.ts';
import { floatBytes } from '../model/summary.ts';
import { readBytes } from './files.ts';

interface ConvertOptions {
  readonly prototxt: string;
  readonly weights: string;
  readonly labels?: string;
  readonly mean?: string;
  readonly scale?: string;
  readonly channels?: ChannelOrder;
  readonly float: FloatForm;
  readonly out?: string;
}

/** `hwgq convert`: Caffe files to a `.hwgq` model. */
export function addConvert(program: Command): void {
  program
    .command('convert')
    .description('Convert a Caffe network and its weights to a .hwgq model.')
    .requiredOption('--prototxt <file>', 'the network, as a deploy or train_val prototxt')
    .requiredOption('--weights <file>', 'the weights, as a caffemodel')
    .option('--labels <file>', 'one label a line, in the order of the scores')
    .option('--mean <values|file>', 'what is subtracted, in the network’s channel order: A,B,C or mean.binaryproto')
    .option('--scale <number>', 'what the difference is multiplied by: (x − mean) · scale')
    .addOption(new Option('--channels <order>', 'colour order of the network').choices(['bgr', 'rgb', 'gray']))
    .addOption(
      new Option('--float <form>', 'how weights that are not binary are kept').choices(FLOAT_FORMS).default('compact'),
    )
    .option('--out <file>', 'the model to write (default: the weights’ name with .hwgq)')
    .action(convert);
}

async function convert(options: ConvertOptions): Promise<void> {
  const decoder = new TextDecoder();
  const source: CaffeSource = {
    prototxt: { name: basename(options.prototxt), text: decoder.decode(await readBytes(options.prototxt)) },
    weights: { name: basename(options.weights), bytes: await readBytes(options.weights) },
    form: options.float,
    ...(options.mean === undefined ? {} : { mean: await readMean(options.mean) }),
    ...(options.scale === undefined ? {} : { scale: toNumber('--scale', options.scale) }),
    ...(options.channels === undefined ? {} : { channels: options.channels }),
    ...(options.labels === undefined ? {} : { labels: parseLabels(decoder.decode(await readBytes(options.labels))) }),
  };
  const model = await convertCaffe(source);
  const file = encodeModel(model);
  const out = options.out ?? `${options.weights.replace(/\.caffemodel$/, '')}.hwgq`;
  await writeFile(out, file);
  const floats = floatBytes(model.graph);
  process.stdout.write(
    `${out}: ${model.graph.name}, ${file.length} bytes (${(floats / file.length).toFixed(1)} times smaller than its ${floats} bytes as float32)\n`,
  );
}

async function readMean(value: string): Promise<NonNullable<CaffeSource['mean']>> {
  if (/^[-+\d.,eE\s]+$/.test(value)) {
    return { kind: 'channels', values: value.split(',').map((part) => toNumber('--mean', part)) };
  }
  return { kind: 'image', ...readBinaryproto(await readBytes(value)) };
}

function toNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new HwgqError('invalid-option', `${option} has '${text}' where a number is needed.`);
}
