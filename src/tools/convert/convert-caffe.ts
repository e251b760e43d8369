import { version } from '../../../package.json';
import { HwgqError, withFileName } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { classCount, expectOneScorePerClass } from '../../graph/scores.ts';
import { sha256Hex } from '../../model/hash.ts';
import type { Model, SourceFile } from '../../model/model.ts';
import { buildGraph } from '../caffe/build-graph.ts';
import { readBinaryproto, readCaffemodel } from '../caffe/caffemodel.ts';
import { chooseScores } from '../caffe/choose-scores.ts';
import { readNetworkFile } from '../caffe/network.ts';
import { withChannelsOf } from './input-channels.ts';
import {
  type ChannelMeans,
  completeFrom,
  type MeanOption,
  type PictureOptions,
  preprocessingFor,
} from './preprocessing.ts';
import { refuseOtherFile } from './recognize-file.ts';
import { type FloatForm, packWeights } from './weights.ts';

/** A binary Caffe file. The converter takes ownership of the bytes (see `readCaffemodel`). */
export interface CaffeFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The mean to subtract, as numbers or as a file. */
export type MeanSource = ChannelMeans | ({ readonly kind: 'file' } & CaffeFile);

/** Caffe files to convert, and the settings that they do not contain. */
export interface CaffeSource extends Omit<PictureOptions, 'mean'> {
  readonly prototxt: { readonly name: string; readonly text: string };
  /** The caffemodel. */
  readonly weights: CaffeFile;
  /**
   * Mean to subtract, in the network's channel order: one value per channel, or a mean image (binaryproto). Default: the
   * mean in the prototxt, otherwise 0.
   */
  readonly mean?: MeanSource;
  /** Labels, one per class, in the order of the scores. */
  readonly labels?: readonly string[];
  /**
   * The blob that holds the scores of the classes. Default: the network's end, before a closing Softmax. Required if the
   * network has several ends.
   */
  readonly scores?: string;
  /** Storage format of weights that are not binary. Default: `compact`. */
  readonly form?: FloatForm;
  /** Called with notes for the user: preprocessing that was taken from the prototxt, or that is missing. */
  readonly onNote?: (note: string) => void;
  /** Called with the share that is done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** Share of the time that hashing the caffemodel takes. */
const HASHED = 0.75;

const LICENCE =
  'Converted from the Caffe files listed here. A converted model inherits the licence terms of its source: check them before you use or share it.';
const HWGQ_LICENCE =
  'The original HWGQ implementation, and the weights that its authors published, are for education, research and non-profit use only.';

/**
 * Converts a Caffe network and its weights to a model.
 * @throws HwgqError the errors of `readNetworkFile`, `readCaffemodel` and `buildGraph`; `invalid-graph` if the network has
 *   several ends; `invalid-option` if mean, channels, scale, labels, scores or form do not fit the network; `unsupported`
 *   if its input cannot be a picture, or its scores are not one number for each class.
 */
export async function convertCaffe(source: CaffeSource): Promise<Model> {
  const { prototxt, weights, labels, mean, scores, form = 'compact', onNote, onProgress, ...pictureOptions } = source;
  // Hash first: reading moves values within the file.
  const sources = [
    await describeSource({ name: prototxt.name, bytes: new TextEncoder().encode(prototxt.text) }),
    await describeSource(weights, (done) => onProgress?.(done * HASHED)),
    ...(mean?.kind === 'file' ? [await describeSource(mean)] : []),
  ];
  const file = withFileName(prototxt.name, () => {
    refuseOtherFile('prototxt', prototxt.text);
    return readNetworkFile(prototxt.text);
  });
  const blobs = withFileName(weights.name, () => {
    refuseOtherFile('weights', weights.bytes);
    return readCaffemodel(weights.bytes);
  });
  const chosen = chooseScores(file, scores);
  const { network, note } = withChannelsOf({ ...file, network: chosen.network }, blobs);
  const graph = withFileName(`${prototxt.name} with ${weights.name}`, () => ({
    ...buildGraph(network, blobs),
    ...(chosen.scores !== undefined && { scores: chosen.scores }),
  }));
  expectOneScorePerClass(graph);
  if (labels) expectLabelPerClass(labels, graph);
  const completed = completeFrom(network.transform, graph.input.shape, {
    ...pictureOptions,
    ...(mean && { mean: readMean(mean) }),
  });
  const preprocessing = preprocessingFor(graph.input.shape, completed.options);
  const notes = [...file.notes, ...chosen.notes, ...(note === undefined ? [] : [note]), ...completed.notes];
  for (const text of notes) onNote?.(text);
  return {
    graph: packWeights(graph, form, (done) => onProgress?.(HASHED + done * (1 - HASHED))),
    preprocessing,
    ...(labels && { labels }),
    provenance: { generator: `hwgq-web ${version}`, sources, licence: licenceOf(graph) },
    ...(notes.length > 0 && { notes }),
  };
}

function readMean(mean: MeanSource): MeanOption {
  if (mean.kind === 'channels') return mean;
  return withFileName(mean.name, () => {
    refuseOtherFile('mean', mean.bytes);
    return { kind: 'image', ...readBinaryproto(mean.bytes) };
  });
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
    `There are ${labels.length} labels, and the network has ${classes} classes. Pass one label per class, in the order of the scores.`,
    { labels: labels.length, classes },
  );
}
