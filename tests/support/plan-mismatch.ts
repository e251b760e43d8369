import type { Graph } from '../../src/graph/graph.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { planGraph } from '../../src/plan/plan-graph.ts';
import { graphMismatch } from './graph-check.ts';

/** Runs a plan on a batch and returns its outputs. */
export type RunPlan = (plan: Plan, inputs: Int16Array, count: number) => Promise<Float32Array[]>;

/** A network and its integer input. */
export interface FedGraph {
  readonly graph: Graph;
  readonly pixels: Int16Array;
}

/**
 * Compares a backend with the interpreter on a batch of an image and its mirror image: once with all blobs as outputs,
 * and once with only the last, so that everything before it is fused.
 * @returns a description of the mismatch, or undefined.
 */
export async function planMismatch({ graph, pixels }: FedGraph, run: RunPlan): Promise<string | undefined> {
  const names = graph.layers.map(({ name }) => name);
  const last = names.at(-1);
  if (last === undefined) return undefined;
  const other = pixels.toReversed();
  const batch = Int16Array.from([...pixels, ...other]);
  const valuesOf = (blobs: readonly string[]) => run(planGraph(graph, { kind: 'integers', unit: 1 }, blobs), batch, 2);
  const all = await valuesOf(names);
  const half = (part: 0 | 1) =>
    all.map((values) => values.subarray((part * values.length) / 2, ((part + 1) * values.length) / 2));
  const [alone] = await valuesOf([last]);
  const isSame = alone?.every((value, place) => value === all.at(-1)?.[place]);
  return (
    graphMismatch(graph, pixels, half(0)) ??
    graphMismatch(graph, other, half(1)) ??
    (isSame ? undefined : 'the last blob alone differs from the last of all')
  );
}
