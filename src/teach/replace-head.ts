import { version } from '../../package.json';
import { HwgqError } from '../errors.ts';
import type { Graph, Layer } from '../graph/graph.ts';
import { lastWeightedLayer } from '../graph/scores.ts';
import type { Model, SourceFile } from '../model/model.ts';
import type { LinearHead } from './train-head.ts';

/** Metadata of a taught model. */
export interface Teaching {
  readonly labels: readonly string[];
  /** Number of training examples for each label. */
  readonly exampleCounts: readonly number[];
  /** File of the model whose features were used. */
  readonly base: SourceFile;
}

/**
 * Returns a copy of a model with a new last fully connected layer and new labels. All other layers stay the same.
 * @throws HwgqError `unsupported` if the network does not end in a fully connected layer.
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
      licence: `${provenance.licence} The last layer was trained on examples of ${examples}.`,
    },
  };
}

function layersWith({ weights, bias }: LinearHead, graph: Graph): readonly Layer[] {
  const last = lastWeightedLayer(graph);
  const end = last ? graph.layers.indexOf(last) : -1;
  const following = graph.layers.slice(end + 1);
  if (last?.type !== 'innerProduct' || following.some(({ type }) => type !== 'softmax' && type !== 'dropout')) {
    const types = last ? [last, ...following].map(({ type }) => type).join(', ') : 'no layer with weights';
    throw new HwgqError(
      'unsupported',
      `The network “${graph.name}” ends in ${types}. Only a network that ends in a fully connected layer can be taught new classes. Choose another model.`,
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
  return [...graph.layers.slice(0, end), taught, ...following];
}
