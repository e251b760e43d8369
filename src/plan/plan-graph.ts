import type { Graph } from '../graph/graph.ts';
import { fuseSteps } from './fuse.ts';
import { lowerGraph } from './lower.ts';
import type { Plan, PlanInput } from './plan.ts';

/**
 * Plans a graph for a backend: lowers it to steps and fuses them.
 * @param blobs the Caffe blobs to return, in order.
 * @throws HwgqError the errors of `lowerGraph`.
 */
export function planGraph(graph: Graph, input: PlanInput, blobs: readonly string[]): Plan {
  return fuseSteps(lowerGraph(graph, input, blobs));
}
