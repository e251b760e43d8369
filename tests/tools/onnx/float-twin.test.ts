import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph, Layer } from '../../../src/graph/graph.ts';
import { interpret } from '../../../src/reference/interpret.ts';
import { seededModel } from '../../../src/tools/networks/seeded-model.ts';
import { floatGraph } from '../../../src/tools/onnx/float-graph.ts';
import { type FloatLayer, floatTwin } from '../../../src/tools/onnx/float-twin.ts';
import { runOnnx } from '../../support/onnx.ts';
import { graphFrom, graphRecipes } from '../../support/random-graph.ts';

/** Returns the graph with ReLU layers instead of quantizers, and nothing folded. */
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

function expectClose(seen: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(seen.length).toBe(wanted.length);
  const differences = Array.from(seen, (value, index) => value - (wanted[index] as number));
  expect(largestOf(differences)).toBeLessThanOrEqual(tolerance * Math.max(1e-3, largestOf(wanted)));
}

describe('the float twin', () => {
  it('computes the values of the unfolded layers, in float64 and on onnxruntime-web', async () => {
    await fc.assert(
      fc.asyncProperty(graphRecipes, async (recipe) => {
        const { graph, pixels } = graphFrom(recipe);
        const wanted = graph.layers.at(-1)?.name ?? '';
        const twin = floatTwin(graph);
        const last = twin.layers.at(-1);
        fc.pre(last !== undefined);
        const { name, blob } = last as FloatLayer;
        const truth = interpret(unfolded(graph), pixels, [wanted]).get(wanted) ?? new Float64Array();
        expect(truth.length).toBeGreaterThan(0);
        expectClose(interpret(twin, pixels, [name]).get(name) ?? [], truth, 1e-4);
        const results = await runOnnx(floatGraph(twin, { blobs: [blob] }), pixels);
        expectClose(results.get(blob) ?? [], truth, 1e-4);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('of ResNet-18 keeps a normalization only after layers it cannot be folded into', () => {
    const { layers } = floatTwin(seededModel('resnet18', 1).graph);
    const scales = layers.filter(({ type }) => type === 'scale');
    const before = scales.map(({ inputs }) => layers.find(({ name }) => name === inputs[0])?.type);
    expect(new Set(before)).toEqual(new Set(['pooling', 'eltwise']));
  });
});
