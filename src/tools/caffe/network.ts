import { HwgqError } from '../../errors.ts';
import { Fields } from './fields.ts';
import { parameterReaders } from './layer-parameters.ts';
import { currentType, isDataType, isTrainingType } from './layer-types.ts';
import type { CaffeLayer, CaffeNetwork } from './network-description.ts';
import { declaredInput, inputOfDataLayer, inputOfLayer, onlyOne, transformOfDataLayer } from './network-input.ts';
import { isPartOfInference } from './phase.ts';
import { type PrototxtMessage, parsePrototxt } from './prototxt.ts';

/** The message of a layer whose parameters have not been read. */
interface LayerMessage {
  readonly name: string;
  readonly type: string;
  readonly fields: Fields;
}

/**
 * Reads a network from the text of a prototxt, deploy or train_val, with `layer` messages or the old `layers`.
 * It reads the layers of phase TEST and leaves out data, loss and accuracy layers.
 * @throws HwgqError `prototxt-syntax`; `unknown-layer`; `unsupported` for an unsupported option; `invalid-graph` or
 *   `shape-mismatch` for an inconsistent network. All name the layer or the line.
 */
export function readNetwork(prototxt: string): CaffeNetwork {
  const network = new Fields(parsePrototxt(prototxt), 'The network');
  network.ignore('state', 'force_backward', 'debug_info');
  const messages = [...network.messages('layer'), ...network.messages('layers')];
  if (messages.length === 0) {
    throw new HwgqError(
      'invalid-graph',
      'The prototxt has no layers. Pass the network (deploy.prototxt), not its solver.',
    );
  }
  const layers = messages.map(openLayer).filter(({ fields }) => isPartOfInference(fields));
  const input = readInput(network, layers);
  const name = network.string('name') ?? '';
  network.finish();
  const kept = layers.filter(({ type }) => !isDataType(type) && !isTrainingType(type) && type !== 'Input');
  expectUniqueNames(kept, input.name);
  const data = layers.find(({ type }) => isDataType(type));
  return {
    name,
    input,
    layers: kept.map(readLayer),
    ...(data && { transform: transformOfDataLayer(data.fields) }),
  };
}

function openLayer(message: PrototxtMessage): LayerMessage {
  const name = new Fields(message, 'A layer').requiredString('name');
  const fields = new Fields(message, `Layer '${name}'`, { layer: name });
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
  return { name, type: currentType(fields.requiredText('type')), fields };
}

function readInput(network: Fields, layers: readonly LayerMessage[]): CaffeNetwork['input'] {
  const declared = declaredInput(network);
  const inputs = layers.filter(({ type }) => type === 'Input').map(({ fields }) => inputOfLayer(fields));
  const explicit = declared ? [declared, ...inputs] : inputs;
  const [input] = explicit;
  const data = layers.find(({ type }) => isDataType(type));
  if (!input && data) return inputOfDataLayer(data.fields, data.name);
  return { name: onlyOne(explicit.map(({ name }) => name)), shape: input?.shape ?? [] };
}

function expectUniqueNames(layers: readonly LayerMessage[], input: string): void {
  const names = new Set<string>();
  for (const { name } of layers) {
    const other = name === input ? "the network's input" : names.has(name) ? 'another layer' : undefined;
    names.add(name);
    if (!other) continue;
    throw new HwgqError(
      'invalid-graph',
      `Layer '${name}' has the same name as ${other}. Give each layer a unique name.`,
      {
        layer: name,
      },
    );
  }
}

function readLayer({ name, type, fields }: LayerMessage): CaffeLayer {
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
  const parameters = read(fields, name);
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
