import { HwgqError } from '../errors.ts';
import { type Graph, isWeighted, type Shape, type WeightedLayer } from './graph.ts';
import { elementCount, inferShapes } from './shapes.ts';

/** Returns Caffe's blobs: maps each name to the value that holds the blob after all in-place layers. */
export function finalBlobs(graph: Graph): ReadonlyMap<string, string> {
  const blobs = new Map([[graph.input.name, graph.input.name]]);
  for (const layer of graph.layers) blobs.set(layer.blob, layer.name);
  return blobs;
}

/**
 * Returns the name of the value that holds a blob after all in-place layers.
 * @throws HwgqError `invalid-option` if the blob does not exist; the message lists the blobs of the network.
 */
export function blobValue(graph: Graph, blob: string): string {
  const blobs = finalBlobs(graph);
  const value = blobs.get(blob);
  if (value !== undefined) return value;
  throw new HwgqError(
    'invalid-option',
    `The network has no blob '${blob}'. Its blobs are: ${[...blobs.keys()].join(', ')}.`,
  );
}

/** Returns the name of the blob of the logits: the last blob, or the one before a final Softmax. */
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

/** Returns the last layer with weights, which classifies the features that it reads. */
export function lastWeightedLayer(graph: Graph): WeightedLayer | undefined {
  return graph.layers.findLast(isWeighted);
}

/** Returns the name of the blob of the features: the one that the last layer with weights reads, or the input. */
export function featuresBlob(graph: Graph): string {
  const value = lastWeightedLayer(graph)?.inputs[0];
  return graph.layers.find((layer) => layer.name === value)?.blob ?? graph.input.name;
}
