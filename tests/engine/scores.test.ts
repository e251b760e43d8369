import { describe, expect, it } from 'vitest';
import { PictureClassifier } from '../../src/engine/picture-classifier.ts';
import type { Graph, Layer } from '../../src/graph/graph.ts';
import type { Model } from '../../src/model/model.ts';

const BACKENDS = ['wasm', 'reference'] as const;

const PICTURE = { width: 1, height: 1, data: Uint8Array.of(10, 20, 30, 255) };
const logits: Layer = {
  type: 'innerProduct',
  name: 'ip',
  inputs: ['data'],
  blob: 'ip',
  outputs: 2,
  weights: { form: 'float32', values: Float32Array.of(0.1, 0, 0, 0, 0.1, 0) },
};
const softmax = (blob: string): Layer => ({ type: 'softmax', name: 'prob', inputs: ['ip'], blob });

function modelOf(layers: readonly Layer[], graph: Partial<Graph> = {}): Model {
  return {
    graph: { name: 'test', input: { name: 'data', shape: [3, 1, 1] }, layers, ...graph },
    preprocessing: {
      channels: 'rgb',
      width: 1,
      height: 1,
      fit: { method: 'stretch' },
      mean: { kind: 'channels', values: [0, 0, 0] },
      scale: 1,
    },
    provenance: { generator: 'test', sources: [], licence: 'test' },
  };
}

async function scores(model: Model, backend: (typeof BACKENDS)[number]): Promise<number[]> {
  const classifier = await PictureClassifier.create(model, 0, { backend });
  try {
    const [result] = await classifier.classify([PICTURE], { scores: true });
    return Array.from(result?.scores ?? []);
  } finally {
    classifier.dispose();
  }
}

describe.each(BACKENDS)('a classifier on %s', (backend) => {
  it('applies one Softmax, whether the network has it, has it in place, or has none', async () => {
    const wanted = [1 / (1 + Math.E), Math.E / (1 + Math.E)];
    const reshape: Layer = { type: 'reshape', name: 'r', inputs: ['prob'], blob: 'r', shape: [2, 1, 1] };
    for (const layers of [
      [logits],
      [logits, softmax('prob')],
      [logits, softmax('ip')],
      [logits, softmax('p'), reshape],
    ]) {
      const seen = await scores(modelOf(layers), backend);
      for (const [index, score] of wanted.entries()) expect(seen[index]).toBeCloseTo(score, 5);
    }
  });

  it('answers with the end that the network names', async () => {
    const other: Layer = {
      ...logits,
      name: 'other',
      blob: 'other',
      outputs: 1,
      weights: { form: 'float32', values: Float32Array.of(1, 1, 1) },
    };
    expect(await scores(modelOf([logits, other], { scores: 'ip' }), backend)).toHaveLength(2);
    await expect(PictureClassifier.create(modelOf([logits, other]), 0, { backend })).rejects.toMatchObject({
      code: 'invalid-graph',
      message: expect.stringMatching(/ip, other.*--scores/),
    });
  });

  it('refuses a map of scores', async () => {
    const map = modelOf([{ type: 'dropout', name: 'd', inputs: ['data'], blob: 'd' }], {
      input: { name: 'data', shape: [3, 2, 2] },
    });
    await expect(PictureClassifier.create(map, 0, { backend })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('refuses scores that overflowed', async () => {
    const huge: Layer = { ...logits, weights: { form: 'float32', values: new Float32Array(6).fill(3e38) } };
    const twice: Layer = {
      ...huge,
      name: 'ip2',
      inputs: ['ip'],
      blob: 'ip2',
      weights: { form: 'float32', values: Float32Array.of(3e38, 3e38, 3e38, -3e38) },
    };
    await expect(scores(modelOf([huge, twice]), backend)).rejects.toMatchObject({
      code: 'invalid-scores',
      details: { index: expect.any(Number) },
    });
  });
});
