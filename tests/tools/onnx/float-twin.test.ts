import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph, Layer } from '../../../src/graph/graph.ts';
import { interpret } from '../../../src/reference/interpret.ts';
import { seededModel } from '../../../src/tools/networks/seeded-model.ts';
import { floatGraph } from '../../../src/tools/onnx/float-graph.ts';
import { floatTwin } from '../../../src/tools/onnx/float-twin.ts';
import { runOnnx } from '../../support/onnx.ts';
import { graphFrom, graphRecipes } from '../../support/random-graph.ts';

/** The graph with ReLU where it quantizes, and nothing folded. */
function unfolded(graph: Graph): Graph {
  const layers = graph.layers.map((layer): Layer => {
    if (layer.type !== 'quant') return layer;
    const { quantizer: _, ...rest } = layer;
    return { ...rest, type: 'relu', negativeSlope: 0 };
  });
  return { ...graph, layers };
}

function largestOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function expectAlike(seen: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(seen.length).toBe(wanted.length);
  const differences = Array.from(seen, (value, index) => value - (wanted[index] as number));
  expect(largestOf(differences)).toBeLessThanOrEqual(tolerance * Math.max(1e-3, largestOf(wanted)));
}

describe('the float twin', () => {
  it('computes what the unfolded layers compute, in float64 and on onnxruntime-web', async () => {
    await fc.assert(
      fc.asyncProperty(graphRecipes, async (recipe) => {
        const { graph, pixels } = graphFrom(recipe);
        const blob = graph.layers.at(-1)?.blob;
        const twin = floatTwin(graph);
        const [last] = twin.layers.slice(-1);
        if (blob === undefined || last === undefined) return;
        const [value, wanted] = [last.name, graph.layers.at(-1)?.name ?? ''];
        const truth = interpret(unfolded(graph), pixels, [wanted]).get(wanted) ?? new Float64Array();
        expectAlike(interpret(twin, pixels, [value]).get(value) ?? [], truth, 1e-4);
        const results = await runOnnx(floatGraph(twin, { blobs: [last.blob] }), pixels);
        expectAlike(results.get(last.blob) ?? [], truth, 1e-4);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each(['resnet18'])('of %s has normalizations only where there is no layer to fold them into', (name) => {
    const { layers } = floatTwin(seededModel(name, 1).graph);
    for (const layer of layers) {
      if (layer.type !== 'scale') continue;
      const before = layers.find((other) => other.name === layer.inputs[0]);
      expect(['pooling', 'eltwise', 'concat']).toContain(before?.type);
    }
  });
});
