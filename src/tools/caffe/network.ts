import { HwgqError } from '../../errors.ts';
import { ConversionNotes } from './conversion-notes.ts';
import { Fields } from './fields.ts';
import { parameterReaders } from './layer-parameters.ts';
import { currentType, isDataType, isLossType, isTrainingType } from './layer-types.ts';
import type { CaffeLayer, CaffeNetwork } from './network-description.ts';
import {
  type DataInput,
  declaredInputs,
  inputOfDataLayer,
  inputsOfLayer,
  onlyInput,
  transformOfDataLayer,
  withoutBatch,
} from './network-input.ts';
import { isPartOfInference } from './phase.ts';
import { type PrototxtMessage, parsePrototxt } from './prototxt.ts';
import { upgradeOldest } from './upgrade-oldest.ts';

/** A network, and what else its prototxt says. */
export interface NetworkFile {
  readonly network: CaffeNetwork;
  /** The blobs that training minimizes a loss of, with the loss's weight. */
  readonly heads: readonly { readonly blob: string; readonly weight: number }[];
  /** The blobs that Silence layers take, which nothing needs. */
  readonly silenced: readonly string[];
  /** Whether the file does not say how many channels its pictures have, so that three are assumed. */
  readonly assumesColour: boolean;
  /** What the user should know, as sentences. */
  readonly notes: readonly string[];
}

/** The message of a layer whose parameters have not been read. */
interface LayerMessage {
  readonly name: string;
  readonly type: string;
  readonly fields: Fields;
}

/** Options of NVIDIA's and Intel's forks, for training and for the choice of kernels. */
const FORK_NETWORK_OPTIONS = [
  'bn_stats_batch_size',
  'default_forward_type',
  'default_backward_type',
  'default_forward_math',
  'default_backward_math',
  'default_conv_algos_override',
  'default_cudnn_math_override',
  'global_grad_scale',
  'global_grad_scale_adaptive',
  'reduce_buckets',
  'engine',
  'compile_net_state',
  'train_state',
  'multinode',
];
const FORK_LAYER_OPTIONS = [
  'forward_type',
  'backward_type',
  'forward_math',
  'backward_math',
  'cudnn_math_override',
  'debug',
  'engine',
];

/** Layers that do not compute anything for the scores. */
const UNUSED_TYPES: readonly string[] = ['Input', 'Silence'];

/** Reads a network from the text of a prototxt (`readNetworkFile`), without what else the file says. */
export function readNetwork(prototxt: string): CaffeNetwork {
  return readNetworkFile(prototxt).network;
}

/**
 * Reads a network from the text of a prototxt, deploy or train_val, with `layer` messages or the older formats of
 * `layers`. It reads the layers of phase TEST and leaves out data, loss and accuracy layers.
 * @throws HwgqError `prototxt-syntax`; `unknown-layer`; `unsupported` for an unsupported option; `invalid-graph` or
 *   `shape-mismatch` for an inconsistent network. All name the layer or the line.
 */
export function readNetworkFile(prototxt: string): NetworkFile {
  const notes = new ConversionNotes();
  const network = new Fields(parsePrototxt(prototxt), 'The network', notes);
  network.ignore('state', 'force_backward', 'debug_info');
  network.ignoreWithNote(...FORK_NETWORK_OPTIONS);
  const messages = upgradeOldest(network.messages('layer', 'layers'));
  if (messages.length === 0) {
    throw new HwgqError(
      'invalid-graph',
      'The prototxt has no layers. Pass the network (deploy.prototxt), not its solver.',
    );
  }
  const all = messages.map((message) => openLayer(message, notes));
  const layers = all.filter(({ fields }) => isPartOfInference(fields));
  const kept = layers.filter(({ type }) => !isDataType(type) && !isTrainingType(type) && !UNUSED_TYPES.includes(type));
  const { assumesColour, ...input } = readInput(network, layers, kept);
  const name = network.string('name') ?? '';
  network.finish();
  const data = layers.find(({ type }) => isDataType(type));
  const read = kept.map((layer) => readLayer(layer, notes));
  expectOneOwnerPerName(read);
  return {
    network: { name, input, layers: read, ...(data && { transform: transformOfDataLayer(data.fields) }) },
    heads: all.filter(({ type }) => isLossType(type)).flatMap(({ fields }) => readHead(fields)),
    silenced: layers.filter(({ type }) => type === 'Silence').flatMap(({ fields }) => fields.strings('bottom')),
    assumesColour,
    notes: notes.all,
  };
}

function openLayer(message: PrototxtMessage, notes: ConversionNotes): LayerMessage {
  const name = new Fields(message, 'A layer', notes).requiredString('name');
  const fields = new Fields(message, `Layer '${name}'`, notes, { layer: name });
  fields.ignore(
    'name',
    'phase',
    'param',
    'loss_weight',
    'propagate_down',
    'blobs_lr',
    'weight_decay',
    'blob_share_mode',
  );
  fields.ignoreWithNote(...FORK_LAYER_OPTIONS);
  return { name, type: currentType(fields.requiredText('type')), fields };
}

function readInput(network: Fields, layers: readonly LayerMessage[], kept: readonly LayerMessage[]): DataInput {
  const inputs = layers.filter(({ type }) => type === 'Input').flatMap(({ fields }) => inputsOfLayer(fields));
  const declared = [...declaredInputs(network), ...inputs];
  const data = layers.find(({ type }) => isDataType(type));
  if (data && declared.every(({ dimensions }) => dimensions.length === 0)) {
    return inputOfDataLayer(data.fields, data.name);
  }
  const read = new Set(kept.flatMap(({ fields }) => fields.strings('bottom')));
  const input = onlyInput(declared, (blob) => read.has(blob));
  return { name: input.name, shape: withoutBatch(input), assumesColour: false };
}

function readHead(loss: Fields): { blob: string; weight: number }[] {
  const [blob] = loss.strings('bottom');
  const [weight = 1] = loss.floats('loss_weight');
  return blob === undefined ? [] : [{ blob, weight }];
}

/** Checks that no two layers with weights have one name, by which the caffemodel stores their weights. */
function expectOneOwnerPerName(layers: readonly CaffeLayer[]): void {
  const names = new Set<string>();
  for (const { name, parameters } of layers) {
    if (!WEIGHTED_TYPES.includes(parameters.type)) continue;
    if (names.has(name)) {
      throw new HwgqError(
        'invalid-graph',
        `Layer '${name}' has the same name as another layer with weights. Give each of them a unique name.`,
        { layer: name },
      );
    }
    names.add(name);
  }
}

const WEIGHTED_TYPES: readonly string[] = ['convolution', 'innerProduct', 'batchNorm', 'scale'];

function readLayer({ name, type, fields }: LayerMessage, notes: ConversionNotes): CaffeLayer {
  const read = parameterReaders.get(type);
  if (!read) {
    const known = [...parameterReaders.keys()].join(', ');
    throw new HwgqError(
      'unknown-layer',
      `Layer '${name}' has the unknown type '${type}'. The known types are: ${known}.`,
      {
        layer: name,
        type,
      },
    );
  }
  const parameters = read(fields, name, notes);
  const bottoms = fields.strings('bottom');
  const tops = fields.strings('top');
  fields.finish();
  const joins = parameters.type === 'eltwise' || parameters.type === 'concat';
  expectBlobs(name, type, 'bottom', bottoms.length, joins);
  expectBlobs(name, type, 'top', tops.length, parameters.type === 'split');
  return { name, bottoms, tops, parameters };
}

function expectBlobs(layer: string, type: string, kind: 'bottom' | 'top', count: number, mayBeMany: boolean): void {
  if (count === 1 || (mayBeMany && count > 1)) return;
  throw new HwgqError(
    'invalid-graph',
    `Layer '${layer}' (${type}) has ${count} ${kind} blobs; it needs one${mayBeMany ? ' or more' : ''}.`,
    { layer },
  );
}
