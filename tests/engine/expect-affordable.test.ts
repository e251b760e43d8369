import { expect, it } from 'vitest';
import { createSession } from '../../src/engine/session.ts';
import type { Graph, Layer, Shape } from '../../src/graph/graph.ts';
import { workOf } from '../../src/graph/work.ts';
import type { Model } from '../../src/model/model.ts';

const pooling = (kernel: number, pad: number): Layer => ({
  type: 'pooling',
  name: 'pool',
  inputs: ['data'],
  blob: 'pool',
  method: 'average',
  kernel: [kernel, kernel],
  stride: [1, 1],
  pad: [pad, pad],
});

function modelOf(shape: Shape, layer: Layer): Model {
  const graph: Graph = { name: 'test', input: { name: 'data', shape }, layers: [layer] };
  return {
    graph,
    preprocessing: {
      channels: 'rgb',
      width: shape[2] ?? 1,
      height: shape[1] ?? 1,
      fit: { method: 'stretch' },
      mean: { kind: 'channels', values: [0, 0, 0] },
      scale: 1,
    },
    provenance: { generator: 'test', sources: [], licence: 'test' },
  };
}

it('estimates operations, poolings included, values that live at the same time, and channels', () => {
  expect(workOf(modelOf([3, 4, 4], pooling(2, 0)).graph)).toEqual({
    operations: 3 * 3 * 3 * 4,
    values: 3 * 16 + 3 * 9,
    channels: 3,
  });
});

it.each(['auto', 'wasm', 'webgpu', 'reference'] as const)(
  'refuses, with the figure, what never ends on %s',
  async (backend) => {
    const endless = modelOf([3, 1000, 1000], pooling(1000, 999));
    await expect(createSession(endless, { backend })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/needs \d{4,} billion operations per picture; at most \d+/),
    });
  },
);

it.each(['auto', 'wasm', 'webgpu', 'reference'] as const)(
  'refuses, with the figure, what fits no memory on %s',
  async (backend) => {
    const huge = modelOf([3, 65_535, 65_535], { type: 'dropout', name: 'd', inputs: ['data'], blob: 'd' });
    await expect(createSession(huge, { backend })).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/\d+ MB/),
      details: { bytes: expect.any(Number) },
    });
  },
);

it('does not fall back to the interpreter where that needs still more memory', async () => {
  const large = modelOf([3, 16_000, 16_000], {
    type: 'relu',
    name: 'r',
    inputs: ['data'],
    blob: 'r',
    negativeSlope: 0,
  });
  await expect(createSession(large, { backend: 'auto' })).rejects.toMatchObject({ code: 'out-of-memory' });
});
