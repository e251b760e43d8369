import { version } from '../../../package.json';
import { HwgqError, withFileName } from '../../errors.ts';
import { classCount } from '../../graph/blobs.ts';
import type { Graph } from '../../graph/graph.ts';
import { sha256Hex } from '../../model/hash.ts';
import type { Model, SourceFile } from '../../model/model.ts';
import { buildGraph } from '../caffe/build-graph.ts';
import { readBinaryproto, readCaffemodel } from '../caffe/caffemodel.ts';
import { readNetwork } from '../caffe/network.ts';
import {
  type ChannelMeans,
  completeFrom,
  type MeanOption,
  type PictureOptions,
  preprocessingFor,
} from './preprocessing.ts';
import { type FloatForm, packWeights } from './weights.ts';

/** A binary file of Caffe's. The converter takes ownership of its bytes (`readCaffemodel`). */
export interface CaffeFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is subtracted, as numbers or as a file. */
export type MeanSource = ChannelMeans | ({ readonly kind: 'file' } & CaffeFile);

/** Caffe files, and what they leave open about pictures, classes and precision. */
export interface CaffeSource extends Omit<PictureOptions, 'mean'> {
  readonly prototxt: { readonly name: string; readonly text: string };
  /** The caffemodel. */
  readonly weights: CaffeFile;
  /** In the network's channel order: a value for each channel, or a mean image (binaryproto). Default: the prototxt's, or 0. */
  readonly mean?: MeanSource;
  /** One a class, in the order of the scores. */
  readonly labels?: readonly string[];
  /** Default: `compact`. */
  readonly form?: FloatForm;
  /** Called with each sentence that people should read: preprocessing that the prototxt gave, or that is missing. */
  readonly onNote?: (note: string) => void;
  /** Called with how much is done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** Hashing the caffemodel takes about this share of the time. */
const HASHED = 0.75;

const LICENCE =
  'Converted from the Caffe files named here. A converted model inherits the terms of its source: ask there before you use or share it.';
const HWGQ_LICENCE =
  'The original HWGQ implementation, and the weights that its authors published, are for education, research and non-profit use only.';

/**
 * Converts a Caffe network and its weights to a model.
 * @throws HwgqError of `readNetwork`, `readCaffemodel` and `buildGraph`; `invalid-option` where mean, channels, scale,
 *   labels or form do not fit the network; `unsupported` where its input is no picture.
 */
export async function convertCaffe(source: CaffeSource): Promise<Model> {
  const { prototxt, weights, labels, mean, form = 'compact', onNote, onProgress, ...pictureOptions } = source;
  // Hashed first: reading moves values within the file.
  const sources = [
    await describeSource({ name: prototxt.name, bytes: new TextEncoder().encode(prototxt.text) }),
    await describeSource(weights, (done) => onProgress?.(done * HASHED)),
    ...(mean?.kind === 'file' ? [await describeSource(mean)] : []),
  ];
  const network = withFileName(prototxt.name, () => {
    refuseWebPage(prototxt.text, 'prototxt-syntax');
    return readNetwork(prototxt.text);
  });
  const blobs = withFileName(weights.name, () => {
    refuseWebPage(startOf(weights), 'caffemodel-format');
    return readCaffemodel(weights.bytes);
  });
  const graph = withFileName(`${prototxt.name} with ${weights.name}`, () => buildGraph(network, blobs));
  if (labels) expectLabelPerClass(labels, graph);
  const { options, notes } = completeFrom(network.transform, graph.input.shape, {
    ...pictureOptions,
    ...(mean && { mean: readMean(mean) }),
  });
  const preprocessing = preprocessingFor(graph.input.shape, options);
  for (const note of notes) onNote?.(note);
  return {
    graph: packWeights(graph, form, (done) => onProgress?.(HASHED + done * (1 - HASHED))),
    preprocessing,
    ...(labels && { labels }),
    provenance: { generator: `hwgq-web ${version}`, sources, licence: licenceOf(graph) },
  };
}

function readMean(mean: MeanSource): MeanOption {
  if (mean.kind === 'channels') return mean;
  return withFileName(mean.name, () => {
    refuseWebPage(startOf(mean), 'caffemodel-format');
    return { kind: 'image', ...readBinaryproto(mean.bytes) };
  });
}

function startOf({ bytes }: CaffeFile): string {
  return new TextDecoder().decode(bytes.subarray(0, 64));
}

/** Servers often give a page where a file is gone; no file of Caffe's begins like one. */
function refuseWebPage(start: string, code: 'prototxt-syntax' | 'caffemodel-format'): void {
  if (!/^\s*</.test(start)) return;
  throw new HwgqError(
    code,
    'This begins like a web page, perhaps an error page, and is no Caffe file. Fetch it again.',
  );
}

async function describeSource({ name, bytes }: CaffeFile, onProgress?: (done: number) => void): Promise<SourceFile> {
  return { name, bytes: bytes.length, sha256: await sha256Hex(bytes, onProgress) };
}

function licenceOf(graph: Graph): string {
  return graph.layers.some(({ type }) => type === 'quant') ? `${LICENCE} ${HWGQ_LICENCE}` : LICENCE;
}

function expectLabelPerClass(labels: readonly string[], graph: Graph): void {
  const classes = classCount(graph);
  if (labels.length === classes) return;
  throw new HwgqError(
    'invalid-option',
    `There are ${labels.length} labels for the network's ${classes} classes. Give one label a line, in the order of the scores.`,
    { labels: labels.length, classes },
  );
}
