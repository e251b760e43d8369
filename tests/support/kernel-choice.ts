import {
  convolutionShapes,
  type KernelChoice,
  shapeKey,
  type VariantName,
} from '../../src/backends/webgpu/variants.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { planGraph } from '../../src/plan/lower.ts';

/** One variant for every shape of a network; where it cannot run, the usual one does. */
export function everywhere(variant: VariantName, { graph }: { readonly graph: Graph }): KernelChoice {
  const blobs = [...new Set(graph.layers.map(({ blob }) => blob))];
  const plan = planGraph(graph, { kind: 'integers', unit: 1 }, blobs);
  return Object.fromEntries(convolutionShapes(plan).map((shape) => [shapeKey(shape), variant]));
}
