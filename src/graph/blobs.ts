import { HwgqError } from '../errors.ts';
import type { Graph } from './graph.ts';

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
