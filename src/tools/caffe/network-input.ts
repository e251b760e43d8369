import { HwgqError } from '../../errors.ts';
import type { Shape } from '../../graph/graph.ts';
import type { Fields } from './fields.ts';
import type { CaffeNetwork, DataTransform } from './network-description.ts';

type NetworkInput = CaffeNetwork['input'];

/** Returns the input of a deploy file: `input` with `input_shape` or the older `input_dim`. Undefined if absent. */
export function declaredInput(network: Fields): NetworkInput | undefined {
  const names = network.strings('input');
  const shapes = network.allParts('input_shape').map((shape) => shape.integers('dim', 1));
  const dimensions = network.integers('input_dim', 1);
  const [name] = names;
  if (name === undefined) return undefined;
  return { name: onlyOne(names), shape: withoutBatch(name, shapes[0] ?? dimensions) };
}

/** Returns the input that a layer of type `Input` declares. */
export function inputOfLayer(layer: Fields): NetworkInput {
  const name = onlyOne(layer.strings('top'));
  const shapes = layer.part('input_param').allParts('shape');
  return { name, shape: withoutBatch(name, shapes[0]?.integers('dim', 1) ?? []) };
}

/**
 * Returns the input that a train_val file's data layer provides: its crop, in colour unless `force_gray` is set.
 * @throws HwgqError `invalid-graph` if the layer does not crop, since no prototxt has the size of its pictures.
 */
export function inputOfDataLayer(layer: Fields, layerName: string): NetworkInput {
  const [name = 'data'] = layer.strings('top');
  const transform = layer.part('transform_param');
  const size = transform.integer('crop_size', 1);
  if (size === undefined) {
    throw new HwgqError(
      'invalid-graph',
      `Layer '${layerName}' does not define the size of the input '${name}'. Use the network's deploy file, or ` +
        `add: input: "${name}" input_shape { dim: 1 dim: CHANNELS dim: HEIGHT dim: WIDTH }`,
      { layer: layerName },
    );
  }
  const isGray = transform.boolean('force_gray', false);
  return { name, shape: [isGray ? 1 : Math.max(3, transform.floats('mean_value').length), size, size] };
}

/** Returns the preprocessing of a data layer. */
export function transformOfDataLayer(layer: Fields): DataTransform {
  const transform = layer.part('transform_param');
  const meanFile = transform.string('mean_file');
  return {
    means: transform.floats('mean_value'),
    scale: transform.float('scale', 1),
    ...(meanFile === undefined ? {} : { meanFile }),
  };
}

/**
 * Returns the only input of a network.
 * @throws HwgqError `unsupported` for none or several.
 */
export function onlyOne(names: readonly string[]): string {
  const [name] = names;
  if (name !== undefined && names.length === 1) return name;
  const seen = names.length === 0 ? 'no input' : `the inputs ${names.join(', ')}`;
  throw new HwgqError('unsupported', `The network has ${seen}. Networks with exactly one input are supported.`);
}

function withoutBatch(name: string, dimensions: readonly number[]): Shape {
  if (dimensions.length >= 2 && dimensions.length <= 4) return dimensions.slice(1);
  throw new HwgqError(
    'invalid-graph',
    `The input '${name}' has the dimensions '${dimensions.join(', ')}'. Declare batch, channels, height and width: ` +
      `input_shape { dim: 1 dim: CHANNELS dim: HEIGHT dim: WIDTH }`,
  );
}
