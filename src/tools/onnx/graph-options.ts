import { HwgqError } from '../../errors.ts';
import { finalBlobs } from '../../graph/blobs.ts';
import type { Graph } from '../../graph/graph.ts';

/** The outputs and the batch size of an exported graph. */
export interface GraphOptions {
  /** The Caffe blobs that become outputs of the same names. Default: the logits. */
  readonly blobs?: readonly string[];
  /** Images in one run. Default: 1. */
  readonly batch?: number;
}

/**
 * Checks the requested blobs. ONNX names each value once.
 * @throws HwgqError `invalid-option` if a blob is requested twice or is the input.
 */
export function requireComputed(graph: Graph, blobs: readonly string[]): void {
  for (const [index, blob] of blobs.entries()) {
    const problem =
      blobs.indexOf(blob) !== index ? 'is requested twice' : blob === graph.input.name ? 'is the input' : undefined;
    if (problem) {
      const known = [...finalBlobs(graph).keys()].slice(1).join(', ');
      throw new HwgqError('invalid-option', `Blob '${blob}' ${problem}. Request each blob once, out of: ${known}.`);
    }
  }
}
