import { expect, it } from 'vitest';
import { createClassifier } from '../../src/node/index.ts';

const model = 'models/lenet.hwgq';
const refused = expect.objectContaining({ code: 'invalid-option' });

it('rejects invalid options and keeps the current ones', async () => {
  await expect(createClassifier({ model: 'not read', maxResults: 0 })).rejects.toEqual(refused);
  await expect(createClassifier({ model, categoryAllowlist: ['cat'] })).rejects.toThrow(
    /`categoryAllowlist` contains 'cat'.*: 0, 1, .*, 9$/,
  );
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
  await expect(classifier.classify(text)).rejects.toThrow(/not a PNG, JPEG or WebP picture\. Save it/);
  classifier.dispose();
});

it('rejects unknown options by name, in every method', async () => {
  const options = { maxResult: 1 } as object;
  const message = (name: string) => `\`maxResult\` is not an option of ${name}; did you mean \`maxResults\`?`;
  await expect(createClassifier({ model, ...options })).rejects.toThrow(message('createClassifier'));
  const classifier = await createClassifier({ model });
  const paper = { width: 28, height: 28, data: new Uint8Array(28 * 28 * 4) };
  await expect(classifier.classify(paper, options)).rejects.toThrow(message('classify'));
  expect(() => classifier.setOptions(options)).toThrow(message('setOptions'));
  classifier.dispose();
});

it('rejects values of wrong types with typed errors', async () => {
  await expect(createClassifier({} as never)).rejects.toEqual(refused);
  await expect(createClassifier({ model, categoryAllowlist: '1' as never })).rejects.toEqual(refused);
  await expect(createClassifier({ model, categoryDenylist: {} as never })).rejects.toEqual(refused);
  const classifier = await createClassifier({ model });
  const data = new Uint8Array(16);
  const wrong = [null, 5, { width: 2, height: 2, data: new Uint16Array(16) }, { width: 0.5, height: 8, data }];
  for (const picture of [...wrong, { width: 2, height: 2, data: null }]) {
    await expect(classifier.classify(picture as never)).rejects.toMatchObject({
      name: 'HwgqError',
      code: expect.stringMatching(/invalid-(option|image)/),
    });
  }
  await expect(classifier.classifyBatch(5 as never)).rejects.toMatchObject({ code: 'invalid-image' });
  classifier.dispose();
});

it('uses the classifier’s own options for those that are undefined in a call', async () => {
  const classifier = await createClassifier({ model, maxResults: 2 });
  const paper = { width: 28, height: 28, data: new Uint8Array(28 * 28 * 4) };
  expect((await classifier.classify(paper, { maxResults: undefined })).categories).toHaveLength(2);
  classifier.dispose();
});

it('disposes the classifier by Symbol.dispose', async () => {
  const classifier = await createClassifier({ model });
  const paper = { width: 28, height: 28, data: new Uint8Array(28 * 28 * 4) };
  expect(Symbol.dispose).toBeDefined();
  classifier[Symbol.dispose]();
  await expect(classifier.classify(paper)).rejects.toMatchObject({ code: 'disposed' });
});
