import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { TfjsNetwork } from '../../src/bench/tfjs-network.ts';
import type { Graph, Layer } from '../../src/graph/graph.ts';
import { asChwShape } from '../../src/graph/shapes.ts';
import { interpret } from '../../src/reference/interpret.ts';
import { seededModel } from '../../src/tools/networks/seeded-model.ts';
import { exactGraph } from '../../src/tools/onnx/exact.ts';
import { floatGraph } from '../../src/tools/onnx/float-graph.ts';
import { floatTwin } from '../../src/tools/onnx/float-twin.ts';
import { graphFrom, graphRecipes } from '../support/random-graph.ts';

const FORMS = ['float twin', 'exact export'] as const;
type Form = (typeof FORMS)[number];

beforeAll(async () => {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
});

/** Compares the last value of an export in tfjs with that of the interpreter for the same network. */
function expectSameOutput(form: Form, given: Graph, pixels: ArrayLike<number>): void {
  const graph = form === 'float twin' ? floatTwin(given) : given;
  const last = graph.layers.at(-1);
  if (!last) throw new Error('The graph has no layers.');
  const expected = [...(interpret(graph, pixels, [last.name]).get(last.name) ?? [])];
  const blobs = [last.blob];
  const exported =
    form === 'float twin'
      ? floatGraph(floatTwin(given), { blobs })
      : exactGraph(given, { kind: 'integers', unit: 1 }, { blobs });
  const network = new TfjsNetwork(tf, exported);
  const { channels, height, width } = asChwShape(graph.input.shape);
  const actual = tf.tidy(() => {
    const planar = tf.tensor4d(Float32Array.from(pixels), [1, channels, height, width]);
    return network.run(tf.transpose(planar, [0, 2, 3, 1])).dataSync();
  });
  network.dispose();
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  expect(actual.length).toBe(expected.length);
  expect(expected.findIndex((value, index) => !(Math.abs(value - (actual[index] as number)) <= 1e-4 * largest))).toBe(
    -1,
  );
}

/** Returns whether tfjs supports a layer: it has no convolution with both a stride and a dilation. */
function isSupportedByTfjs(layer: Layer): boolean {
  return layer.type !== 'convolution' || Math.max(...layer.stride) === 1 || Math.max(...layer.dilation) === 1;
}

it.each(FORMS)('computes the outputs of the %s of random graphs', (form) => {
  fc.assert(
    fc.property(graphRecipes, (recipe) => {
      const { graph, pixels } = graphFrom(recipe);
      fc.pre(graph.layers.length > 0 && graph.layers.every(isSupportedByTfjs));
      try {
        expectSameOutput(form, graph, pixels);
      } catch (error) {
        // Sums of levels that are not multiples of each other have no translation.
        fc.pre(!String(error).includes('tfjs has no float64'));
        throw error;
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});

it.each(FORMS)('computes a whole network and frees its tensors: %s', (form) => {
  const { graph } = seededModel('cifarsmall', 1);
  const pixels = Float32Array.from({ length: 3 * 32 * 32 }, (_, index) => ((index * 31) % 256) - 128);
  const before = tf.memory().numTensors;
  expectSameOutput(form, graph, pixels);
  expect(tf.memory().numTensors).toBe(before);
});
