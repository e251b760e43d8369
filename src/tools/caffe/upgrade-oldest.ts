import type { PrototxtField, PrototxtMessage } from './prototxt.ts';

/** The message that holds a field of the oldest format, and the field's name there. */
type Place = readonly [message: string, name: string];

/** The current name of each layer type of the oldest format (Caffe `V0LayerParameter`). */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['accuracy', 'Accuracy'],
  ['concat', 'Concat'],
  ['conv', 'Convolution'],
  ['data', 'Data'],
  ['dropout', 'Dropout'],
  ['euclidean_loss', 'EuclideanLoss'],
  ['flatten', 'Flatten'],
  ['hdf5_data', 'HDF5Data'],
  ['images', 'ImageData'],
  ['infogain_loss', 'InfogainLoss'],
  ['innerproduct', 'InnerProduct'],
  ['lrn', 'LRN'],
  ['multinomial_logistic_loss', 'MultinomialLogisticLoss'],
  ['pool', 'Pooling'],
  ['relu', 'ReLU'],
  ['softmax', 'Softmax'],
  ['softmax_loss', 'SoftmaxWithLoss'],
  ['split', 'Split'],
  ['window_data', 'WindowData'],
]);

/** The message of each type with parameters. */
const PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['Concat', 'concat_param'],
  ['Convolution', 'convolution_param'],
  ['Dropout', 'dropout_param'],
  ['ImageData', 'image_data_param'],
  ['InnerProduct', 'inner_product_param'],
  ['LRN', 'lrn_param'],
  ['Pooling', 'pooling_param'],
]);

/** The current names of fields that were renamed. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['biasterm', 'bias_term'],
  ['kernelsize', 'kernel_size'],
  ['batchsize', 'batch_size'],
  ['shuffle_images', 'shuffle'],
]);

/** The fields of the layer itself. */
const OF_LAYER: ReadonlySet<string> = new Set(['name', 'blobs', 'blobs_lr', 'weight_decay']);

/** The fields of every type that now belong to `transform_param`. */
const TRANSFORM: ReadonlyMap<string, Place> = new Map([
  ['scale', ['transform_param', 'scale']],
  ['meanfile', ['transform_param', 'mean_file']],
  ['cropsize', ['transform_param', 'crop_size']],
  ['mirror', ['transform_param', 'mirror']],
]);

/** Whether a layer has the oldest format: its name and parameters in a `layer` of its own. */
export function isOldest({ fields }: PrototxtMessage): boolean {
  return fields.some(({ name, value }) => name === 'layer' && value.kind === 'message');
}

/**
 * Returns layers of the oldest format in the current one (Caffe `UpgradeV0Net`). Padding layers become the padding of the
 * layers that read them. Other messages stay as they are.
 */
export function upgradeOldest(layers: readonly PrototxtMessage[]): PrototxtMessage[] {
  const upgraded: PrototxtMessage[] = [];
  /** Maps the output of each padding layer to its input and its size. */
  const paddings = new Map<string, { readonly bottom: PrototxtField; readonly pad: PrototxtField | undefined }>();
  for (const layer of layers) {
    if (!isOldest(layer)) {
      upgraded.push(layer);
      continue;
    }
    const inner = layer.fields.flatMap(({ name, value }) =>
      name === 'layer' && value.kind === 'message' ? value.message.fields : [],
    );
    const outer = layer.fields.filter(({ name }) => name !== 'layer');
    const [bottom] = outer.filter(({ name }) => name === 'bottom');
    if (textOf(inner, 'type') === 'padding' && bottom) {
      paddings.set(textOf(outer, 'top'), { bottom, pad: inner.find(({ name }) => name === 'pad') });
      continue;
    }
    const padding = paddings.get(bottom ? textOf([bottom], 'bottom') : '');
    const fields = padding ? [...inner, ...(padding.pad ? [padding.pad] : [])] : inner;
    const connections = padding ? outer.map((field) => (field === bottom ? padding.bottom : field)) : outer;
    upgraded.push({ position: layer.position, fields: [...upgradeFields(layer, fields), ...connections] });
  }
  return upgraded;
}

function upgradeFields({ position }: PrototxtMessage, fields: readonly PrototxtField[]): PrototxtField[] {
  const type = TYPES.get(textOf(fields, 'type')) ?? textOf(fields, 'type');
  const upgraded: PrototxtField[] = [{ name: 'type', value: { kind: 'string', text: type }, position }];
  const messages = new Map<string, PrototxtField[]>();
  const isData = type === 'Data' || type === 'ImageData' || type === 'WindowData';
  for (const field of fields) {
    if (field.name === 'type') continue;
    const renamed = RENAMED.get(field.name) ?? field.name;
    const message = OF_LAYER.has(field.name) ? undefined : PARAMETERS.get(type);
    const [owner, name] = (isData ? TRANSFORM.get(field.name) : undefined) ?? [message, renamed];
    const moved = { ...field, name };
    if (owner === undefined) upgraded.push(moved);
    else messages.set(owner, [...(messages.get(owner) ?? []), moved]);
  }
  for (const [name, inside] of messages) {
    upgraded.push({ name, value: { kind: 'message', message: { fields: inside, position } }, position });
  }
  return upgraded;
}

function textOf(fields: readonly PrototxtField[], wanted: string): string {
  const value = fields.find(({ name }) => name === wanted)?.value;
  return value?.kind === 'string' || value?.kind === 'word' ? value.text : '';
}
