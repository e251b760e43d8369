import { expect, it } from 'vitest';

it('can be imported in Node, and names hwgq-web/node if a classifier is created there', async () => {
  const { createClassifier } = await import('../../src/client/index.ts');
  const failed = createClassifier({ model: 'lenet.hwgq' });
  await expect(failed).rejects.toMatchObject({ name: 'HwgqError', code: 'worker' });
  await expect(failed).rejects.toThrow("'hwgq-web/node'");
});
