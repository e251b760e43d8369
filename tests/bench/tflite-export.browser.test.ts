import { loadAndCompile, loadLiteRt, Tensor, unloadLiteRt } from '@litertjs/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { relativeDifference } from '../../src/bench/agreement.ts';
import { toNhwc } from '../../src/bench/bench-engine.ts';
import { relaxedDotProduct } from '../../src/bench/dot-product.ts';
import { exportTflite, type TfliteForm } from '../../src/bench/tflite-export.ts';
import type { Layer, Pair } from '../../src/graph/graph.ts';
import { scoresBlob } from '../../src/graph/scores.ts';
import { asChwShape } from '../../src/graph/shapes.ts';
import type { Model } from '../../src/model/model.ts';
import { interpret } from '../../src/reference/interpret.ts';
import { preprocessingFor } from '../../src/tools/convert/preprocessing.ts';
import { Random } from '../../src/tools/networks/random.ts';
import { seededModel } from '../../src/tools/networks/seeded-model.ts';
import { floatTwin } from '../../src/tools/onnx/float-twin.ts';
import { smoothPicture } from '../support/smooth-picture.ts';

const FOLDER = '/node_modules/@litertjs/core/wasm/';

beforeAll(async () => {
  Object.assign(globalThis, { Module: { locateFile: (name: string) => FOLDER + name } });
  await loadLiteRt(`${FOLDER}litert_wasm_internal.js`);
});

afterAll(() => unloadLiteRt());

/**
 * Creates a network of the cases that a translation can get wrong: padding at one end only, layers without a bias, a
 * value that is read with and without a ReLU, a sum, and branches of different ranges that are concatenated.
 */
function branchingModel(): Model {
  const random = new Random(1);
  const floats = (count: number, deviation: number) =>
    Float32Array.from({ length: count }, () => random.normal(deviation));
  const convolution = (name: string, input: string, channels: number, size: number, stride: number): Layer => {
    const kernel: Pair = [size, size];
    const pad: Pair = [(size - 1) / 2, (size - 1) / 2];
    const count = channels * size * size;
    return {
      type: 'convolution',
      name,
      blob: name,
      inputs: [input],
      outputs: 8,
      kernel,
      stride: [stride, stride],
      pad,
      dilation: [1, 1],
      group: 1,
      weights: { form: 'float32', values: floats(8 * count, Math.sqrt(2 / count)) },
      ...(name === 'conv2' ? {} : { bias: floats(8, 0.5) }),
    };
  };
  const relu = (name: string, input: string): Layer => {
    return { type: 'relu', name, blob: name, inputs: [input], negativeSlope: 0 };
  };
  const shape = [3, 16, 16];
  const layers: readonly Layer[] = [
    convolution('conv1', 'data', 3, 3, 2),
    {
      type: 'pooling',
      method: 'max',
      name: 'pool1',
      blob: 'pool1',
      inputs: ['conv1'],
      kernel: [3, 3],
      stride: [2, 2],
      pad: [0, 0],
    },
    { type: 'scale', name: 'scale1', blob: 'scale1', inputs: ['pool1'], gamma: floats(8, 0.02), beta: floats(8, 0.5) },
    relu('relu1', 'scale1'),
    convolution('conv2', 'relu1', 8, 3, 1),
    relu('relu2', 'conv2'),
    convolution('conv3', 'relu2', 8, 3, 1),
    { type: 'eltwise', operation: 'sum', name: 'sum', blob: 'sum', inputs: ['scale1', 'conv3'] },
    convolution('left', 'sum', 8, 1, 1),
    convolution('right', 'sum', 8, 3, 1),
    { type: 'concat', name: 'concat', blob: 'concat', inputs: ['left', 'right'] },
    relu('relu3', 'concat'),
    {
      type: 'pooling',
      method: 'average',
      name: 'pool2',
      blob: 'pool2',
      inputs: ['relu3'],
      stride: [1, 1],
      pad: [0, 0],
    },
    {
      type: 'innerProduct',
      name: 'scores',
      blob: 'scores',
      inputs: ['pool2'],
      outputs: 10,
      weights: { form: 'float32', values: floats(160, 0.3) },
      bias: floats(10, 0.1),
    },
  ];
  return {
    graph: { name: 'branching', input: { name: 'data', shape }, layers },
    preprocessing: preprocessingFor(shape, { mean: { kind: 'channels', values: [104, 117, 123] } }),
    provenance: { generator: 'test', sources: [], licence: 'none' },
  };
}

/** Returns the scores of an export in LiteRT.js and those of the interpreter for the same float network. */
async function scoresOf(
  model: Model,
  form: TfliteForm,
): Promise<readonly [seen: ArrayLike<number>, expected: ArrayLike<number>]> {
  const { graph, preprocessing } = model;
  const { channels, height, width } = asChwShape(graph.input.shape);
  const input = Float32Array.from(smoothPicture(preprocessing, 1), (value) => value * preprocessing.scale);
  const twin = floatTwin(graph);
  const blob = scoresBlob(twin);
  const expected = Float32Array.from(interpret(twin, input, [blob]).get(blob) ?? []);
  const lite = await loadAndCompile(exportTflite(model, form), { accelerator: 'wasm' });
  const tensor = new Tensor(toNhwc(input, [channels, height, width]), [1, height, width, channels]);
  const results = await lite.run(tensor);
  const [seen = []] = results.map((result) => (result.toTypedArray() as Float32Array).slice());
  for (const object of [tensor, ...results, lite]) object.delete();
  return [seen, expected];
}

const MODELS = { lenet: () => seededModel('lenet', 1), branching: branchingModel };

it.each(Object.entries(MODELS))('computes the scores of the float network: %s', async (_, make) => {
  const [seen, expected] = await scoresOf(make(), 'float-twin');
  expect(relativeDifference(seen, expected)).toBeLessThan(1e-5);
});

it.each(Object.entries(MODELS))('computes scores close to those of the float network in int8: %s', async (_, make) => {
  const [seen, expected] = await scoresOf(make(), 'int8-twin');
  expect(relativeDifference(seen, expected)).toBeLessThan(0.1);
});

it('refuses an operator that it cannot translate, by name', () => {
  const model = branchingModel();
  const layers = model.graph.layers.map((layer) =>
    layer.name === 'left' ? ({ ...layer, dilation: [2, 2] } as Layer) : layer,
  );
  expect(() => exportTflite({ ...model, graph: { ...model.graph, layers } }, 'float-twin')).toThrow('Conv');
});

it('finds out how this browser computes dot products of bytes', async () => {
  expect(await relaxedDotProduct()).toMatch(/^(AVX-VNNI|Arm SDOT|none)$/);
});
