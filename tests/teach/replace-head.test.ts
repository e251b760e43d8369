import { expect, it } from 'vitest';
import { createSession } from '../../src/engine/session.ts';
import type { Layer } from '../../src/graph/graph.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { encodeModel } from '../../src/model/encode.ts';
import type { Model } from '../../src/model/model.ts';
import { replaceHead } from '../../src/teach/replace-head.ts';
import { smallModel } from '../support/small-model.ts';

const base = { name: 'small.hwgq', bytes: 1000, sha256: 'ab'.repeat(32) };
const teaching = { labels: ['cup', 'no cup'], exampleCounts: [3, 4], base };

it('returns a model that can be saved, loaded and run, and that records its examples', async () => {
  const model = smallModel();
  const head = { weights: new Float32Array(2 * 34).fill(0.5, 34), bias: Float32Array.of(0.25, -1) };
  const taught = decodeModel(encodeModel(replaceHead(model, head, teaching)));
  expect(taught.labels).toEqual(['cup', 'no cup']);
  expect(taught.provenance.sources).toEqual([base]);
  expect(taught.provenance.licence).toContain('cup (3), no cup (4)');
  const inputs = new Int16Array(3 * 17 * 13).fill(20);
  const features = await blobOf(model, 'ip3', inputs);
  const sum = features.reduce((total, value) => total + value, 0);
  const [first = 0, second = 0] = await blobOf(taught, 'fc4', inputs);
  expect(first).toBeCloseTo(0.25, 6);
  expect(second).toBeCloseTo(sum / 2 - 1, 4);
});

it('rejects a network that does not end in a fully connected layer', () => {
  const model = smallModel();
  const layers = model.graph.layers.filter(({ name }): boolean => name !== 'fc4' && name !== 'prob');
  const relu: Layer = { type: 'relu', name: 'end', inputs: ['relu3'], blob: 'end', negativeSlope: 0 };
  const headless = { ...model, graph: { ...model.graph, layers: [...layers, relu] } };
  expect(() => replaceHead(headless, { weights: new Float32Array(68), bias: new Float32Array(2) }, teaching)).toThrow(
    /ends in innerProduct, batchNorm, relu, relu/,
  );
});

async function blobOf(model: Model, blob: string, inputs: Int16Array): Promise<Float32Array> {
  const session = await createSession(model, { backend: 'reference', blobs: [blob] });
  const { blobs } = await session.run(inputs, 1);
  session.dispose();
  return blobs[0] ?? new Float32Array();
}
