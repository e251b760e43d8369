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

/** Holds tfjs's last value of an export against the interpreter's of the same network. */
function expectAlike(form: Form, given: Graph, pixels: ArrayLike<number>): void {
  const graph = form === 'float twin' ? floatTwin(given) : given;
  const last = graph.layers.at(-1);
  if (!last) return;
  const truth = [...(interpret(graph, pixels, [last.name]).get(last.name) ?? [])];
  const blobs = [last.blob];
  const exported =
    form === 'float twin'
      ? floatGraph(floatTwin(given), { blobs })
      : exactGraph(given, { kind: 'integers', unit: 1 }, { blobs });
  const network = new TfjsNetwork(tf, exported);
  const { channels, height, width } = asChwShape(graph.input.shape);
  const seen = tf.tidy(() => {
    const planar = tf.tensor4d(Float32Array.from(pixels), [1, channels, height, width]);
    return network.run(tf.transpose(planar, [0, 2, 3, 1])).dataSync();
  });
  network.dispose();
  const largest = truth.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  expect(seen.length).toBe(truth.length);
  expect(truth.findIndex((value, index) => !(Math.abs(value - (seen[index] as number)) <= 1e-4 * largest))).toBe(-1);
}

/** Its convolutions have strides or dilations, not both. */
function isKnownToTfjs(layer: Layer): boolean {
  return layer.type !== 'convolution' || Math.max(...layer.stride) === 1 || Math.max(...layer.dilation) === 1;
}

it.each(FORMS)('computes in tfjs what the %s means', (form) => {
  fc.assert(
    fc.property(graphRecipes, (recipe) => {
      const { graph, pixels } = graphFrom(recipe);
      fc.pre(graph.layers.every(isKnownToTfjs));
      try {
        expectAlike(form, graph, pixels);
      } catch (error) {
        // Levels that are no multiples of each other.
        fc.pre(!String(error).includes('tfjs has no float64'));
        throw error;
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});

it.each(FORMS)('computes a whole network, and frees all that it took: %s', (form) => {
  const { graph } = seededModel('cifarsmall', 1);
  const pixels = Float32Array.from({ length: 3 * 32 * 32 }, (_, index) => ((index * 31) % 256) - 128);
  const before = tf.memory().numTensors;
  expectAlike(form, graph, pixels);
  expect(tf.memory().numTensors).toBe(before);
});
