import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/shapes.ts';

/** Returns the layers between two values as a graph whose input is the first value. */
export function partOf(graph: Graph, from: string, to: string): Graph {
  const needed = new Set([to]);
  for (const layer of graph.layers.toReversed()) {
    if (layer.name !== from && needed.has(layer.name)) for (const input of layer.inputs) needed.add(input);
  }
  const shape = inferShapes(graph).get(from) ?? [];
  const layers = graph.layers.filter(({ name }) => name !== from && needed.has(name));
  return { name: graph.name, input: { name: from, shape }, layers };
}
