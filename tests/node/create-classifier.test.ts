import { expect, it } from 'vitest';
import { createClassifier } from '../../src/node/index.ts';

const model = 'models/lenet.hwgq';
const refused = expect.objectContaining({ code: 'invalid-option' });

it('refuses options at once, and keeps those it has', async () => {
  await expect(createClassifier({ model: 'not read', maxResults: 0 })).rejects.toEqual(refused);
  await expect(createClassifier({ model, categoryAllowlist: ['cat'] })).rejects.toThrow(/no label 'cat'/);
  const classifier = await createClassifier({ model, maxResults: 2 });
  expect(() => classifier.setOptions({ scoreThreshold: -1 })).toThrow(refused);
  const paper = { width: 28, height: 28, data: new Uint8ClampedArray(28 * 28 * 4).fill(255) };
  await expect(classifier.classify(paper, { maxResults: 1.5 })).rejects.toEqual(refused);
  expect((await classifier.classify(paper)).categories).toHaveLength(2);
  classifier.setOptions({ categoryAllowlist: ['1', '7'] });
  expect((await classifier.classify(paper)).categories).toHaveLength(2);
  classifier.setOptions({ categoryAllowlist: undefined, maxResults: undefined });
  expect((await classifier.classify(paper)).categories).toHaveLength(5);
  const text = new TextEncoder().encode('no picture');
  await expect(classifier.classify(text)).rejects.toThrow(/no PNG, JPEG or WebP picture\. Save it/);
  classifier.dispose();
});
