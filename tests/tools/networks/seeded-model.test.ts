import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSession } from '../../../src/engine/session.ts';
import { decodeModel } from '../../../src/model/decode.ts';
import { encodeModel } from '../../../src/model/encode.ts';
import { seededModel } from '../../../src/tools/networks/seeded-model.ts';
import { levelShares } from '../../support/level-shares.ts';
import { smoothPicture } from '../../support/smooth-picture.ts';

describe('seededModel', () => {
  it('is the same for the same seed and differs for another', () => {
    const file = Buffer.from(encodeModel(seededModel('lenet', 1)));
    expect(file.equals(encodeModel(seededModel('lenet', 1)))).toBe(true);
    expect(file.equals(encodeModel(seededModel('lenet', 2)))).toBe(false);
  });

  it('is unchanged after encoding and decoding', () => {
    const model = seededModel('cifarsmall', 3);
    expect(isDeepStrictEqual(decodeModel(encodeModel(model)), model)).toBe(true);
  });

  it.each(['lenet', 'cifarsmall', 'cifarvgg'])('%s has binary weights between its first and its last layer', (name) => {
    const forms = seededModel(name, 1).graph.layers.flatMap((layer) =>
      'weights' in layer ? [layer.weights.form] : [],
    );
    const isLenet = name === 'lenet';
    expect(forms[0]).toBe(isLenet ? 'binary' : 'fixed13');
    expect(forms.at(-1)).toBe(isLenet ? 'binary' : 'float16');
    expect(new Set(forms.slice(1, -1))).toEqual(new Set(['binary']));
  });

  it('has the preprocessing of the training', () => {
    expect(seededModel('cifarsmall', 1).preprocessing).toEqual({
      channels: 'bgr',
      width: 32,
      height: 32,
      fit: { method: 'stretch' },
      mean: { kind: 'channels', values: [114, 123, 125] },
      scale: 1 / 64,
    });
    expect(seededModel('lenet', 1).preprocessing).toMatchObject({ fit: { method: 'digit' }, scale: 1 / 256 });
    expect(seededModel('googlenet', 1).preprocessing).toMatchObject({ fit: { method: 'crop', resize: 256 }, scale: 1 });
  });

  it.each(['lenet', 'cifarsmall'])('%s uses all levels of its quantizers', (name) => {
    const levels = levelShares(seededModel(name, 1), 1);
    expect(levels).not.toEqual([]);
    for (const { layer, shares } of levels) {
      expect(shares, layer).toHaveLength(4);
      expect(Math.min(...shares), layer).toBeGreaterThan(0.02);
      expect(Math.max(...shares), layer).toBeLessThan(0.75);
    }
  });

  it('has different scores for different pictures', async () => {
    const model = seededModel('cifarsmall', 1);
    const session = await createSession(model, { backend: 'reference' });
    const [first, second] = [smoothPicture(model.preprocessing, 1), smoothPicture(model.preprocessing, 2)];
    const { blobs } = await session.run(Int16Array.of(...first, ...second), 2);
    const scores = blobs[0] ?? new Float32Array();
    const differences = Array.from({ length: 10 }, (_, index) =>
      Math.abs((scores[index] as number) - (scores[index + 10] as number)),
    );
    expect(Math.max(...differences)).toBeGreaterThan(0.5);
    session.dispose();
  });
});
