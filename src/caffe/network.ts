import { HwgqError } from '../errors.ts';
import type { Shape } from '../graph/graph.ts';
import { type Message, parseText } from './text-format.ts';

/** A layer as the prototxt has it: connected by blobs, its parameters unread. */
export interface CaffeLayer {
  readonly name: string;
  /** Today's name of the type, for the old `layers` messages too. */
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly message: Message;
}

/** What a prototxt says of a network at inference: no data, loss or accuracy layers, and one input. */
export interface CaffeNetwork {
  readonly name: string;
  /** The input blob and its shape without the batch. */
  readonly input: { readonly name: string; readonly shape: Shape };
  readonly layers: readonly CaffeLayer[];
}

const KNOWN_TYPES = [
  'BatchNorm',
  'BinaryConvolution',
  'BinaryInnerProduct',
  'Concat',
  'Convolution',
  'Dropout',
  'Eltwise',
  'Flatten',
  'InnerProduct',
  'LRN',
  'Pooling',
  'Quant',
  'ReLU',
  'Reshape',
  'Scale',
  'Softmax',
  'Split',
];

/** Data, loss and accuracy: what a train_val file has and a classifier needs not. */
const DROPPED_TYPES = /^(Input|Accuracy|\w*Data|\w*Loss|SoftmaxWithLoss)$/;

/** Enum words of the old `layers` messages whose spelling today is not the same words in capitals. */
const OLD_TYPES: Readonly<Record<string, string>> = { LRN: 'LRN', RELU: 'ReLU', SOFTMAX_LOSS: 'SoftmaxWithLoss' };

/**
 * Reads a network from the text of a prototxt: deploy or train_val, with `layer` messages or the old `layers`.
 * Takes what phase TEST includes, and drops data, loss and accuracy layers.
 * @throws HwgqError `prototxt-syntax`, `unknown-layer`, `invalid-graph` or `unsupported`.
 */
export function readNetwork(prototxt: string): CaffeNetwork {
  const network = parseText(prototxt);
  const layers = [...network.messages('layer'), ...network.messages('layers')].filter(isPartOfInference).map(openLayer);
  if (layers.length === 0) {
    throw new HwgqError(
      'invalid-graph',
      'This prototxt has no layers. Give the network (deploy.prototxt), not its solver.',
    );
  }
  const input = readInput(network, layers);
  const kept = layers.filter(({ type }) => !DROPPED_TYPES.test(type));
  for (const layer of kept) checkLayer(layer, input.name);
  return { name: network.string('name') ?? '', input, layers: kept };
}

function openLayer(message: Message): CaffeLayer {
  const word = message.word('type') ?? '';
  const name = message.string('name') ?? '';
  return { name, type: currentType(word), bottoms: message.strings('bottom'), tops: message.strings('top'), message };
}

function currentType(word: string): string {
  if (!/^[A-Z0-9_]+$/.test(word)) return word;
  const camel = word.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return OLD_TYPES[word] ?? camel;
}

/** Caffe `Net::StateMeetsRule` for phase TEST, level 0 and no stages. */
function isPartOfInference(layer: Message): boolean {
  const isMet = (rule: Message) =>
    (rule.word('phase') ?? 'TEST') === 'TEST' &&
    (rule.number('min_level') ?? 0) <= 0 &&
    (rule.number('max_level') ?? 0) >= 0 &&
    rule.strings('stage').length === 0;
  const included = layer.messages('include').map(isMet);
  const excluded = layer.messages('exclude').map(isMet);
  return (included.length === 0 || included.includes(true)) && !excluded.includes(true);
}

function readInput(network: Message, layers: readonly CaffeLayer[]): CaffeNetwork['input'] {
  const names = [
    ...network.strings('input'),
    ...layers.filter(({ type }) => type === 'Input').flatMap(({ tops }) => tops),
  ];
  const [name] = names;
  if (name === undefined) return inputOfDataLayer(layers);
  if (names.length > 1) {
    throw new HwgqError(
      'unsupported',
      `The network has the inputs ${names.join(', ')}; networks of one input are supported.`,
    );
  }
  const layer = layers
    .find(({ type }) => type === 'Input')
    ?.message.message('input_param')
    .message('shape');
  const declared = network.message('input_shape').numbers('dim');
  const dimensions = layer?.numbers('dim') ?? (declared.length > 0 ? declared : network.numbers('input_dim'));
  if (dimensions.length >= 2 && dimensions.every((size) => Number.isInteger(size) && size >= 1)) {
    return { name, shape: dimensions.slice(1) };
  }
  throw new HwgqError(
    'invalid-graph',
    `The input '${name}' has the dimensions '${dimensions.join(', ')}'; give batch, channels, height and width: ` +
      `input_shape { dim: 1 dim: CHANNELS dim: HEIGHT dim: WIDTH }`,
  );
}

function inputOfDataLayer(layers: readonly CaffeLayer[]): CaffeNetwork['input'] {
  const layer = layers.find(({ type }) => /Data$/.test(type));
  const name = layer?.tops[0] ?? 'data';
  const transform = layer?.message.message('transform_param');
  const size = transform?.number('crop_size');
  if (transform && size) {
    const channels = transform.boolean('force_gray') ? 1 : Math.max(3, transform.numbers('mean_value').length);
    return { name, shape: [channels, size, size] };
  }
  throw new HwgqError(
    'invalid-graph',
    `The network does not say how large its input '${name}' is. Use its deploy file, or add: ` +
      `input: "${name}" input_shape { dim: 1 dim: CHANNELS dim: HEIGHT dim: WIDTH }`,
  );
}

function checkLayer({ name, type, tops }: CaffeLayer, input: string): void {
  if (!KNOWN_TYPES.includes(type)) {
    throw new HwgqError(
      'unknown-layer',
      `Layer '${name}' has the type '${type}', which is not known. Known are: ${KNOWN_TYPES.join(', ')}.`,
      { layer: name, type },
    );
  }
  if (name === input) {
    throw new HwgqError(
      'invalid-graph',
      `Layer '${name}' is called as the network's input is. Give it a name of its own.`,
      {
        layer: name,
      },
    );
  }
  if (tops.length === 0 || (tops.length > 1 && type !== 'Split')) {
    throw new HwgqError('invalid-graph', `Layer '${name}' (${type}) has ${tops.length} tops; it takes one.`, {
      layer: name,
    });
  }
}
