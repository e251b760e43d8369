import { HwgqError } from '../errors.ts';
import { type Graph, isWeighted, type Shape, type WeightedLayer } from './graph.ts';
import { elementCount, inferShapes } from './shapes.ts';

/** Caffe's blobs: each name with the value that holds its final state, after all layers that work on it in place. */
export function finalBlobs(graph: Graph): ReadonlyMap<string, string> {
  const blobs = new Map([[graph.input.name, graph.input.name]]);
  for (const layer of graph.layers) blobs.set(layer.blob, layer.name);
  return blobs;
}

/**
 * The value that holds a blob's final state.
 * @throws HwgqError `invalid-option` where there is no such blob; the message lists those there are.
 */
export function blobValue(graph: Graph, blob: string): string {
  const blobs = finalBlobs(graph);
  const value = blobs.get(blob);
  if (value !== undefined) return value;
  throw new HwgqError('invalid-option', `There is no blob '${blob}'. The blobs are: ${[...blobs.keys()].join(', ')}.`);
}

/** The blob of the scores: the last one before a closing Softmax, or the last of all. */
export function logitsBlob(graph: Graph): string {
  const layers = graph.layers.filter((layer) => layer.type !== 'softmax');
  return layers.at(-1)?.blob ?? graph.input.name;
}

/**
 * Returns the number of classes: the length of the logits.
 * @param shapes the shapes of all values, if they are known already.
 * @throws HwgqError the errors of `inferShapes`.
 */
export function classCount(graph: Graph, shapes: ReadonlyMap<string, Shape> = inferShapes(graph)): number {
  return elementCount(shapes.get(blobValue(graph, logitsBlob(graph))) ?? []);
}

/** The last layer with weights: the classifier itself. What it reads are the network's features. */
export function lastWeightedLayer(graph: Graph): WeightedLayer | undefined {
  return graph.layers.findLast(isWeighted);
}

/** The blob that the last layer with weights reads, or the input where there is none. */
export function featuresBlob(graph: Graph): string {
  const value = lastWeightedLayer(graph)?.inputs[0];
  return graph.layers.find((layer) => layer.name === value)?.blob ?? graph.input.name;
}
