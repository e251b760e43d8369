import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSession } from '../../../src/engine/session.ts';
import type { Graph, Layer } from '../../../src/graph/graph.ts';
import { decodeModel } from '../../../src/model/decode.ts';
import type { Model } from '../../../src/model/model.ts';
import { averagedEnd, classActivation } from '../../../src/site/explain/class-activation.ts';
import { Explainer } from '../../../src/site/explain/explainer.ts';
import { occluded, occlusionMap, patchesOver } from '../../../src/site/explain/occlusion.ts';
import { stagesOf } from '../../../src/site/explain/stages.ts';
import { seededModel } from '../../../src/tools/networks/seeded-model.ts';
import { smallModel } from '../../support/small-model.ts';

it('splits a network into stages with their outputs', () => {
  const stages = stagesOf(decodeModel(readFileSync('models/lenet.hwgq')).graph);
  expect(
    stages.map(({ name, shape, levels, weights }) => [name, shape.join('×'), levels?.length, weights?.form]),
  ).toEqual([
    ['data', '1×28×28', undefined, undefined],
    ['conv1', '20×12×12', 4, 'binary'],
    ['conv2', '50×4×4', 4, 'binary'],
    ['ip1', '500', 4, 'binary'],
    ['ip2', '10', undefined, expect.any(String)],
  ]);
});

it('makes the sums of a residual network stages', () => {
  const stages = stagesOf(seededModel('resnet18', 1).graph);
  expect(stages.filter(({ type }) => type === 'eltwise')).toHaveLength(8);
});

it('computes a class activation map whose mean plus bias is the score', async () => {
  const model = averagingModel();
  const end = averagedEnd(model.graph);
  if (!end) throw new Error('The network averages.');
  const inputs = Int16Array.from({ length: 3 * 17 * 13 }, (_, index) => ((index * 37) % 200) - 100);
  const session = await createSession(model, { backend: 'reference', blobs: [end.blob, 'scores'] });
  const [planes = new Float32Array(), scores = new Float32Array()] = (await session.run(inputs, 1)).blobs;
  for (const label of [0, 1]) {
    const map = classActivation(end, planes, label);
    const mean = map.reduce((sum, value) => sum + value, 0) / map.length;
    expect(mean).toBeCloseTo(scores[label] ?? 0, 4);
  }
  expect(averagedEnd(smallModel().graph)).toBeUndefined();
});

it('covers every pixel with patches, and changes nothing outside them', () => {
  const sizes = fc.record({
    channels: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 8, max: 40 }),
    width: fc.integer({ min: 8, max: 40 }),
  });
  fc.assert(
    fc.property(sizes, (size) => {
      const { channels, height, width } = size;
      const input = new Int16Array(channels * height * width).fill(1);
      const patches = patchesOver(size);
      const images = occluded(input, size, patches);
      for (const [index, { top, left, bottom, right }] of patches.entries()) {
        const image = images.subarray(index * input.length, (index + 1) * input.length);
        const shown = image.reduce((sum, value) => sum + value, 0);
        expect(input.length - shown).toBe(channels * (bottom - top) * (right - left));
      }
      const map = occlusionMap(
        size,
        patches,
        patches.map(() => 1),
      );
      expect(map.every((value) => Math.abs(value - 1) < 1e-9)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

it('finds the ink of a digit, and returns outputs and weights of a stage', async () => {
  const explainer = new Explainer(decodeModel(readFileSync('models/lenet.hwgq')));
  const picture = { width: 28, height: 28, data: new Uint8Array(28 * 28 * 4).fill(255) };
  for (let pixel = 0; pixel < 28 * 28; pixel++) {
    const [x, y] = [pixel % 28, Math.floor(pixel / 28)];
    const isInk = y >= 4 && y < 24 && x >= 12 && x < 16;
    picture.data.fill(isInk ? 255 : 0, pixel * 4, pixel * 4 + 3);
  }
  const { values, width, method } = await explainer.decisive(picture, 1);
  expect(method).toBe('occlusion');
  const strongest = values.indexOf(1);
  expect(strongest % width).toBeGreaterThan(6);
  expect(strongest % width).toBeLessThan(22);
  const codes = await explainer.values('qt1', picture);
  expect(codes).toHaveLength(20 * 12 * 12);
  expect(new Set(codes).size).toBeLessThanOrEqual(4);
  const weights = explainer.weights('conv2');
  expect([weights?.outputs, weights?.inputs, weights?.kernel]).toEqual([50, 20, [5, 5]]);
  expect(new Set(weights?.values)).toEqual(new Set([1, -1]));
  expect(explainer.weights('pool1')).toBeUndefined();
});

/** The small network up to its feature maps, followed by global average pooling and a layer of two classes. */
function averagingModel(): Model {
  const model = smallModel();
  const end = model.graph.layers.findIndex(({ name }) => name === 'ip3');
  const tail: readonly Layer[] = [
    {
      type: 'pooling',
      name: 'average',
      inputs: ['q2'],
      blob: 'average',
      method: 'average',
      stride: [1, 1],
      pad: [0, 0],
    },
    {
      type: 'innerProduct',
      name: 'scores',
      inputs: ['average'],
      blob: 'scores',
      outputs: 2,
      weights: { form: 'float32', values: Float32Array.from({ length: 74 }, (_, index) => Math.sin(index)) },
    },
  ];
  const graph: Graph = { ...model.graph, layers: [...model.graph.layers.slice(0, end), ...tail] };
  return { ...model, graph, labels: ['a', 'b'] };
}
