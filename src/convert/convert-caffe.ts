import { version } from '../../package.json';
import { buildGraph } from '../caffe/build-graph.ts';
import { readCaffemodel } from '../caffe/caffemodel.ts';
import { readNetwork } from '../caffe/network.ts';
import { HwgqError } from '../errors.ts';
import { blobValue, logitsBlob } from '../graph/blobs.ts';
import type { Graph } from '../graph/graph.ts';
import { elementCount, inferShapes } from '../graph/shapes.ts';
import { sha256Hex } from '../model/hash.ts';
import type { Model, SourceFile } from '../model/model.ts';
import { type PictureOptions, preprocessingFor } from './preprocessing.ts';
import { type FloatForm, packWeights } from './weights.ts';

/** Caffe files, and what they leave open about pictures, classes and precision. */
export interface CaffeSource extends PictureOptions {
  readonly prototxt: { readonly name: string; readonly text: string };
  /** The caffemodel. The converter takes ownership of its bytes (`readCaffemodel`). */
  readonly weights: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };
  /** One a class, in the order of the scores. */
  readonly labels?: readonly string[];
  /** Default: `compact`. */
  readonly form?: FloatForm;
}

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
  const { prototxt, weights, labels, form = 'compact' } = source;
  // Hashed first: reading moves values within the file.
  const sources = [
    await describeSource(prototxt.name, new TextEncoder().encode(prototxt.text)),
    await describeSource(weights.name, weights.bytes),
  ];
  const graph = buildGraph(readNetwork(prototxt.text), readCaffemodel(weights.bytes));
  if (labels) expectLabelPerClass(labels, graph);
  return {
    graph: packWeights(graph, form),
    preprocessing: preprocessingFor(graph.input.shape, source),
    ...(labels && { labels }),
    provenance: { generator: `hwgq-web ${version}`, sources, licence: licenceOf(graph) },
  };
}

async function describeSource(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<SourceFile> {
  return { name, bytes: bytes.length, sha256: await sha256Hex(bytes) };
}

function licenceOf(graph: Graph): string {
  return graph.layers.some(({ type }) => type === 'quant') ? `${LICENCE} ${HWGQ_LICENCE}` : LICENCE;
}

function expectLabelPerClass(labels: readonly string[], graph: Graph): void {
  const classes = elementCount(inferShapes(graph).get(blobValue(graph, logitsBlob(graph))) ?? []);
  if (labels.length === classes) return;
  throw new HwgqError(
    'invalid-option',
    `There are ${labels.length} labels for the network's ${classes} classes. Give one label a line, in the order of the scores.`,
    { labels: labels.length, classes },
  );
}
