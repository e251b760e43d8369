import { HwgqError } from '../../errors.ts';
import type { Shape } from '../../graph/graph.ts';
import type { Fields } from './fields.ts';
import type { DataTransform } from './network-description.ts';

/** An input that a file declares. */
export interface DeclaredInput {
  readonly name: string;
  /** The dimensions with the batch; empty if the file does not declare them. */
  readonly dimensions: readonly number[];
}

/** The input that a data layer provides. */
export interface DataInput {
  readonly name: string;
  readonly shape: Shape;
  /** Whether the file does not say how many channels the pictures have, so that three are assumed. */
  readonly assumesColour: boolean;
}

/** Returns the inputs of a deploy file: `input` with `input_shape` or the older `input_dim`. */
export function declaredInputs(network: Fields): DeclaredInput[] {
  const names = network.strings('input');
  const shapes = network.allParts('input_shape').map((shape) => shape.integers('dim', 1));
  const sizes = network.integers('input_dim', 1);
  // The old form has four dimensions for each input.
  const dimensionsOf = (index: number) =>
    shapes[index] ?? (names.length === 1 ? sizes : sizes.slice(4 * index, 4 * index + 4));
  return names.map((name, index) => ({ name, dimensions: dimensionsOf(index) }));
}

/** Returns the inputs that a layer of type `Input` declares. */
export function inputsOfLayer(layer: Fields): DeclaredInput[] {
  const shapes = layer.part('input_param').allParts('shape');
  const sizes = shapes.map((shape) => shape.integers('dim', 1));
  // One shape is that of all tops.
  return layer
    .strings('top')
    .map((name, index) => ({ name, dimensions: (sizes.length === 1 ? sizes[0] : sizes[index]) ?? [] }));
}

/**
 * Returns the input that a train_val file's data layer provides: its crop, otherwise the size of its pictures.
 * @throws HwgqError `invalid-graph` if the layer does not define that size.
 */
export function inputOfDataLayer(layer: Fields, layerName: string): DataInput {
  const [name = 'data'] = layer.strings('top');
  const { channels, size } = pictureOf(layer);
  const transform = layer.part('transform_param');
  const crop =
    transform.integer('crop_size', 0) || oldOption(layer, (part) => part.integer('crop_size', 0) || undefined);
  const [height, width] = crop ? [crop, crop] : size;
  if (height === undefined || width === undefined) {
    throw new HwgqError(
      'invalid-graph',
      `Layer '${layerName}' does not define the size of the input '${name}'. Use the network's deploy file, or ` +
        `add: input: "${name}" input_shape { dim: 1 dim: CHANNELS dim: HEIGHT dim: WIDTH }`,
      { layer: layerName },
    );
  }
  const known =
    channels ??
    (transform.boolean('force_gray', false) ? 1 : undefined) ??
    (transform.boolean('force_color', false) ? 3 : undefined);
  const means = transform.floats('mean_value').length;
  return {
    name,
    shape: [known ?? Math.max(3, means), height, width],
    assumesColour: known === undefined && means <= 1,
  };
}

/** Returns the channels and size of the pictures of a data layer, as far as it defines them. */
function pictureOf(layer: Fields): { channels?: number | undefined; size: readonly (number | undefined)[] } {
  const images = layer.part('image_data_param');
  const memory = layer.part('memory_data_param');
  const dummy = layer.part('dummy_data_param');
  const [, dummyChannels, ...dummySize] = [
    ...(dummy.allParts('shape')[0]?.integers('dim', 1) ?? []),
    ...['num', 'channels', 'height', 'width'].flatMap((name) => dummy.integers(name, 1).slice(0, 1)),
  ];
  if (dummyChannels !== undefined) return { channels: dummyChannels, size: dummySize };
  if (layer.has('memory_data_param')) {
    const sizes = ['height', 'width'].map((name) => memory.integer(name, 1));
    return { channels: memory.integer('channels', 1), size: sizes };
  }
  const isGray = !images.boolean('is_color', true);
  // 0 keeps the size of each picture.
  const size = ['new_height', 'new_width'].map((name) => images.integer(name, 0) || undefined);
  return { channels: isGray ? 1 : layer.has('image_data_param') ? 3 : undefined, size };
}

/** Returns the preprocessing of a data layer. Files from before 2014 have it among the parameters of the data. */
export function transformOfDataLayer(layer: Fields): DataTransform {
  const transform = layer.part('transform_param');
  const meanFile = transform.string('mean_file') ?? oldOption(layer, (part) => part.string('mean_file'));
  const scale = transform.has('scale')
    ? transform.float('scale', 1)
    : oldOption(layer, (part) => (part.has('scale') ? part.float('scale', 1) : undefined));
  return {
    means: transform.floats('mean_value'),
    scale: scale ?? 1,
    ...(meanFile === undefined ? {} : { meanFile }),
  };
}

/** Returns an option that belongs to `transform_param` and that old files have in another message. */
function oldOption<Value>(layer: Fields, read: (part: Fields) => Value | undefined): Value | undefined {
  for (const name of ['data_param', 'image_data_param', 'window_data_param']) {
    const value = read(layer.part(name));
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Returns the only input of a network: the one that its layers read. An input without dimensions counts only if no other
 * declaration of the same name has them, as in Caffe.
 * @param isRead whether a layer reads the blob.
 * @throws HwgqError `unsupported` for none or several; `invalid-graph` if its dimensions are missing or not a picture's.
 */
export function onlyInput(inputs: readonly DeclaredInput[], isRead: (blob: string) => boolean): DeclaredInput {
  const byName = new Map<string, DeclaredInput>();
  for (const input of inputs) {
    if ((byName.get(input.name)?.dimensions.length ?? 0) === 0) byName.set(input.name, input);
  }
  const all = [...byName.values()];
  const read = all.filter(({ name }) => isRead(name));
  const candidates = read.length > 0 ? read : all;
  const [input] = candidates;
  if (input !== undefined && candidates.length === 1) return input;
  const names = candidates.map(({ name }) => name);
  const seen = names.length === 0 ? 'no input' : `the inputs ${names.join(', ')}`;
  throw new HwgqError('unsupported', `The network has ${seen}. Networks with exactly one input are supported.`);
}

/** Returns the dimensions of an input without the batch. @throws HwgqError `invalid-graph`. */
export function withoutBatch({ name, dimensions }: DeclaredInput): Shape {
  if (dimensions.length >= 2 && dimensions.length <= 4) return dimensions.slice(1);
  throw new HwgqError(
    'invalid-graph',
    `The input '${name}' has the dimensions '${dimensions.join(', ')}'. Declare batch, channels, height and width: ` +
      `input_shape { dim: 1 dim: CHANNELS dim: HEIGHT dim: WIDTH }`,
  );
}
