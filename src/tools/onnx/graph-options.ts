import { HwgqError } from '../../errors.ts';
import { finalBlobs } from '../../graph/blobs.ts';
import type { Graph } from '../../graph/graph.ts';

/** What an exported graph gives, and for how many images at once. */
export interface GraphOptions {
  /** Caffe blobs to give as outputs of the same names. Default: the scores before the closing Softmax. */
  readonly blobs?: readonly string[];
  /** Images of one run. Default: 1. */
  readonly batch?: number;
}

/** @throws HwgqError `invalid-option` where a blob is asked for twice, or is the input: ONNX names each value once. */
export function requireComputed(graph: Graph, blobs: readonly string[]): void {
  for (const [index, blob] of blobs.entries()) {
    const problem =
      blobs.indexOf(blob) !== index ? 'is asked for twice' : blob === graph.input.name ? 'is the input' : undefined;
    if (problem) {
      const known = [...finalBlobs(graph).keys()].slice(1).join(', ');
      throw new HwgqError('invalid-option', `Blob '${blob}' ${problem}. Ask once for each of: ${known}.`);
    }
  }
}
