import { Builder, type Offset } from 'flatbuffers';
import type { Preprocessing } from '../image/preprocessing.ts';
import { offsets, vector } from './tflite-writer.ts';

const FILE_IDENTIFIER = 'M001';
/** `ContentProperties`. */
const IMAGE_PROPERTIES = 2;
/** `ProcessUnitOptions`. */
const NORMALIZATION_OPTIONS = 1;
/** `ColorSpaceType`. */
const [RGB, GRAYSCALE] = [1, 2];

/**
 * Returns the metadata of a TFLite model, which MediaPipe needs to convert pictures: they are images, and the network's
 * input is (x − mean) · scale. The schema has no BGR, and MediaPipe subtracts the same mean from all channels, so the
 * scores of a network that expects otherwise are wrong. The time is the same.
 */
export function tfliteMetadata({ channels, mean, scale }: Preprocessing): Uint8Array {
  const builder = new Builder(1024);
  const means = mean.kind === 'channels' ? mean.values : [0];
  const average = means.reduce((sum, value) => sum + value, 0) / Math.max(1, means.length);
  const input = tensorTable(builder, 'image', {
    content: imageContent(builder, channels === 'gray' ? GRAYSCALE : RGB),
    processUnits: offsets(builder, [normalization(builder, average, 1 / scale)]),
  });
  const output = tensorTable(builder, 'scores', {});
  const [inputs, outputs] = [offsets(builder, [input]), offsets(builder, [output])];
  builder.startObject(4);
  builder.addFieldOffset(2, inputs, 0);
  builder.addFieldOffset(3, outputs, 0);
  const subgraphs = offsets(builder, [builder.endObject()]);
  builder.startObject(8);
  builder.addFieldOffset(3, subgraphs, 0);
  builder.finish(builder.endObject(), FILE_IDENTIFIER);
  return builder.asUint8Array().slice();
}

function tensorTable(
  builder: Builder,
  name: string,
  { content = 0, processUnits = 0 }: { readonly content?: Offset; readonly processUnits?: Offset },
): Offset {
  const title = builder.createString(name);
  builder.startObject(7);
  builder.addFieldOffset(0, title, 0);
  builder.addFieldOffset(3, content, 0);
  builder.addFieldOffset(4, processUnits, 0);
  return builder.endObject();
}

function imageContent(builder: Builder, colourSpace: number): Offset {
  builder.startObject(2);
  builder.addFieldInt8(0, colourSpace, 0);
  return union(builder, IMAGE_PROPERTIES, builder.endObject());
}

function normalization(builder: Builder, mean: number, deviation: number): Offset {
  const [means, deviations] = [floats(builder, [mean]), floats(builder, [deviation])];
  builder.startObject(2);
  builder.addFieldOffset(0, means, 0);
  builder.addFieldOffset(1, deviations, 0);
  return union(builder, NORMALIZATION_OPTIONS, builder.endObject());
}

function floats(builder: Builder, values: readonly number[]): Offset {
  return vector(builder, 4, values, (value) => builder.addFloat32(value));
}

/** Writes a table whose first field is a union. */
function union(builder: Builder, type: number, value: Offset): Offset {
  builder.startObject(3);
  builder.addFieldInt8(0, type, 0);
  builder.addFieldOffset(1, value, 0);
  return builder.endObject();
}
