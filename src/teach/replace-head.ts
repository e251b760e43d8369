import { version } from '../../package.json';
import { HwgqError } from '../errors.ts';
import { lastWeightedLayer } from '../graph/blobs.ts';
import type { Graph, Layer } from '../graph/graph.ts';
import type { Model, SourceFile } from '../model/model.ts';
import type { LinearHead } from './train-head.ts';

/** What a taught model is to say about itself. */
export interface Teaching {
  readonly labels: readonly string[];
  /** How many examples of each label it was taught with. */
  readonly exampleCounts: readonly number[];
  /** The file of the model whose features were used. */
  readonly base: SourceFile;
}

/**
 * A model whose last fully connected layer is another, for other labels; all before it stays as it is.
 * @throws HwgqError `unsupported` where the network does not end in such a layer.
 */
export function replaceHead(model: Model, head: LinearHead, { labels, exampleCounts, base }: Teaching): Model {
  const { graph, provenance } = model;
  const examples = labels.map((label, index) => `${label} (${exampleCounts[index]})`).join(', ');
  return {
    graph: { ...graph, name: `${graph.name}, taught`, layers: layersWith(head, graph) },
    preprocessing: model.preprocessing,
    labels,
    provenance: {
      generator: `hwgq-web ${version}`,
      sources: [base, ...provenance.sources],
      licence: `${provenance.licence} Its last layer was taught with examples of ${examples}.`,
    },
  };
}

function layersWith({ weights, bias }: LinearHead, graph: Graph): readonly Layer[] {
  const last = lastWeightedLayer(graph);
  const end = last ? graph.layers.indexOf(last) : -1;
  const behind = graph.layers.slice(end + 1);
  if (last?.type !== 'innerProduct' || behind.some(({ type }) => type !== 'softmax' && type !== 'dropout')) {
    const types = last ? [last, ...behind].map(({ type }) => type).join(', ') : 'no layer with weights';
    throw new HwgqError(
      'unsupported',
      `“${graph.name}” ends in ${types}. Only a network that ends in a fully connected layer can be taught other classes.`,
    );
  }
  const { name, inputs, blob } = last;
  const taught: Layer = {
    type: 'innerProduct',
    name,
    inputs,
    blob,
    outputs: bias.length,
    weights: { form: 'float32', values: weights },
    bias,
  };
  return [...graph.layers.slice(0, end), taught, ...behind];
}
