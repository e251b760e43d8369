import { buildGraph } from '../caffe/build-graph.ts';
import { readCaffemodel } from '../caffe/caffemodel.ts';
import { readNetwork } from '../caffe/network.ts';
import { HwgqError } from '../errors.ts';
import { blobValue, logitsBlob } from '../graph/blobs.ts';
import type { Graph } from '../graph/graph.ts';
import { asPlanes, elementCount, inferShapes, type Planes } from '../graph/shapes.ts';
import { type ChannelOrder, channelCount, type Fit, type Mean, type Preprocessing } from '../image/preprocessing.ts';
import { sha256Hex } from '../model/hash.ts';
import type { Model, SourceFile } from '../model/model.ts';
import { type FloatForm, packWeights } from './weights.ts';

/** Two Caffe files, and what they do not say about pictures and classes. */
export interface CaffeSource {
  readonly prototxt: { readonly name: string; readonly text: string };
  /** The converter takes ownership of the bytes (caffe/caffemodel.ts). */
  readonly weights: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };
  /** Values in the network's channel order, or a planar image at least as large as the input. Default: 0. */
  readonly mean?: Mean | { readonly kind: 'image'; readonly values: Float32Array; readonly shape: readonly number[] };
  /** Default: 1. */
  readonly scale?: number;
  /** Default: gray for one channel, bgr for three. */
  readonly channels?: ChannelOrder;
  readonly labels?: readonly string[];
  /** Default: compact. */
  readonly form?: FloatForm;
}

const LICENCE_NOTE =
  'Converted from Caffe files, whose terms go on to hold for this model. The original HWGQ implementation and the weights published with it are for education, research and non-profit use.';

/**
 * Converts a Caffe network and its weights to a model.
 * @throws HwgqError of the readers, and `invalid-option` where mean, channels or labels do not fit the network.
 */
export async function convertCaffe(source: CaffeSource): Promise<Model> {
  const { prototxt, weights } = source;
  const text = new TextEncoder().encode(prototxt.text);
  // Hashed before they are read: the reader moves bytes about.
  const sources: SourceFile[] = [
    { name: prototxt.name, bytes: text.length, sha256: await sha256Hex(text) },
    { name: weights.name, bytes: weights.bytes.length, sha256: await sha256Hex(weights.bytes) },
  ];
  const graph = buildGraph(readNetwork(prototxt.text), readCaffemodel(weights.bytes));
  return {
    graph: packWeights(graph, source.form ?? 'compact'),
    preprocessing: toPreprocessing(source, asPlanes(graph.input.shape)),
    ...(source.labels ? { labels: checkedLabels(graph, source.labels) } : {}),
    provenance: { generator: 'hwgq-web 0.1.0', sources, licence: LICENCE_NOTE },
  };
}

function toPreprocessing(source: CaffeSource, input: Planes): Preprocessing {
  const channels = source.channels ?? (input.channels === 1 ? 'gray' : 'bgr');
  if (channelCount(channels) !== input.channels) {
    throw new HwgqError(
      'invalid-option',
      `The network takes ${input.channels} channels, and '${channels}' has ${channelCount(channels)}.`,
    );
  }
  const { width, height } = input;
  const scale = source.scale ?? 1;
  return { channels, width, height, fit: usualFit(input), mean: toMean(source.mean, input), scale };
}

/** ImageNet networks crop the middle of 256 × 256, MNIST's take digits, others the whole picture. */
function usualFit({ channels, width, height }: Planes): Fit {
  if (width === height && width >= 224 && width < 256) return { method: 'crop', resize: 256 };
  if (channels === 1 && width === 28 && height === 28) return { method: 'digit' };
  return { method: 'stretch' };
}

function toMean(mean: CaffeSource['mean'], input: Planes): Mean {
  if (!mean) return { kind: 'channels', values: new Array<number>(input.channels).fill(0) };
  if (mean.kind === 'channels') {
    if (mean.values.length === input.channels) return mean;
    throw new HwgqError(
      'invalid-option',
      `The mean has ${mean.values.length} values; the network takes ${input.channels} channels, and needs one for each.`,
    );
  }
  if (!('shape' in mean)) return mean;
  const [channels = 1, height = 1, width = 1] = mean.shape.slice(-3);
  if (channels !== input.channels || height < input.height || width < input.width) {
    throw new HwgqError(
      'invalid-option',
      `The mean image is ${channels}×${height}×${width}; the network takes ${input.channels}×${input.height}×${input.width}.`,
    );
  }
  return { kind: 'image', values: center(mean.values, height, width, input) };
}

/** The middle of a planar image, as Caffe's data transformer crops it. */
function center(values: Float32Array, height: number, width: number, input: Planes): Float32Array {
  const top = Math.floor((height - input.height) / 2);
  const left = Math.floor((width - input.width) / 2);
  const cropped = new Float32Array(input.channels * input.height * input.width);
  for (let row = 0; row < input.channels * input.height; row++) {
    const channel = Math.floor(row / input.height);
    const from = (channel * height + top + (row % input.height)) * width + left;
    cropped.set(values.subarray(from, from + input.width), row * input.width);
  }
  return cropped;
}

function checkedLabels(graph: Graph, labels: readonly string[]): readonly string[] {
  const classes = elementCount(inferShapes(graph).get(blobValue(graph, logitsBlob(graph))) ?? []);
  if (labels.length === classes) return labels;
  throw new HwgqError(
    'invalid-option',
    `There are ${labels.length} labels and ${classes} classes; one label a line is needed for each class.`,
  );
}
