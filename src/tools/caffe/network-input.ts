import { HwgqError } from '../../errors.ts';
import type { Shape } from '../../graph/graph.ts';
import type { Fields } from './fields.ts';
import type { CaffeNetwork, DataTransform } from './network-description.ts';

type NetworkInput = CaffeNetwork['input'];

/** Input of a deploy file: `input` with `input_shape`, or with the older `input_dim`. Undefined where there is none. */
export function declaredInput(network: Fields): NetworkInput | undefined {
  const names = network.strings('input');
  const shapes = network.allParts('input_shape').map((shape) => shape.integers('dim', 1));
  const dimensions = network.integers('input_dim', 1);
  const [name] = names;
  if (name === undefined) return undefined;
  return { name: onlyOne(names), shape: withoutBatch(name, shapes[0] ?? dimensions) };
}

/** Input of a layer of type `Input`. */
export function inputOfLayer(layer: Fields): NetworkInput {
  const name = onlyOne(layer.strings('top'));
  const shapes = layer.part('input_param').allParts('shape');
  return { name, shape: withoutBatch(name, shapes[0]?.integers('dim', 1) ?? []) };
}

/**
 * Input that a train_val file's data layer gives: its crop, in colour unless it says otherwise.
 * @throws HwgqError `invalid-graph` where it does not crop; the size of its pictures is in no prototxt then.
 */
export function inputOfDataLayer(layer: Fields, layerName: string): NetworkInput {
  const [name = 'data'] = layer.strings('top');
  const transform = layer.part('transform_param');
  const size = transform.integer('crop_size', 1);
  if (size === undefined) {
    throw new HwgqError(
      'invalid-graph',
      `Layer '${layerName}' gives the input '${name}' without saying its size. Use the network's deploy file, or ` +
        `add: input: "${name}" input_shape { dim: 1 dim: CHANNELS dim: HEIGHT dim: WIDTH }`,
      { layer: layerName },
    );
  }
  const isGray = transform.boolean('force_gray', false);
  return { name, shape: [isGray ? 1 : Math.max(3, transform.floats('mean_value').length), size, size] };
}

/** What a data layer does to its pictures before they enter the network. */
export function transformOfDataLayer(layer: Fields): DataTransform {
  const transform = layer.part('transform_param');
  const meanFile = transform.string('mean_file');
  return {
    means: transform.floats('mean_value'),
    scale: transform.float('scale', 1),
    ...(meanFile === undefined ? {} : { meanFile }),
  };
}

/** Refuses a network of several inputs. */
export function onlyOne(names: readonly string[]): string {
  const [name] = names;
  if (name !== undefined && names.length === 1) return name;
  const seen = names.length === 0 ? 'no input' : `the inputs ${names.join(', ')}`;
  throw new HwgqError('unsupported', `The network has ${seen}; networks of exactly one input are implemented.`);
}

function withoutBatch(name: string, dimensions: readonly number[]): Shape {
  if (dimensions.length >= 2 && dimensions.length <= 4) return dimensions.slice(1);
  throw new HwgqError(
    'invalid-graph',
    `The input '${name}' has the dimensions '${dimensions.join(', ')}'; give batch, channels, height and width: ` +
      `input_shape { dim: 1 dim: CHANNELS dim: HEIGHT dim: WIDTH }`,
  );
}
