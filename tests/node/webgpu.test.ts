import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { createClassifier } from '../../src/node/index.ts';
import { hasNodeGpu, vulkanEnvironment } from '../support/vulkan.ts';

const model = 'models/lenet.hwgq';

/** A program of an application: it classifies on both backends, and ends by itself. */
const PROGRAM = `
import { createClassifier } from './dist/node/index.js';
const data = Uint8Array.from({ length: 60 * 40 * 4 }, (_, index) => index % 4 === 3 ? 255 : (index * 7919) % 256);
const results = [];
for (const backend of ['webgpu', 'wasm']) {
  const classifier = await createClassifier({ model: '${model}', backend });
  const { categories } = await classifier.classify({ width: 60, height: 40, data });
  results.push({ backend: classifier.info.backend.name, label: categories[0].label });
  classifier.dispose();
}
console.log(JSON.stringify(results));
`;

it.runIf(hasNodeGpu())('returns the same results on WebGPU as on WebAssembly, and lets the process exit', async () => {
  const words = ['--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env: vulkanEnvironment() });
  const [gpu, wasm] = JSON.parse(stdout);
  expect([gpu.backend, wasm.backend]).toEqual(['webgpu', 'wasm']);
  expect(gpu.label).toBe(wasm.label);
});

it('names the package that WebGPU needs if it cannot be loaded', async () => {
  vi.doMock('webgpu', () => {
    throw new Error('It is not installed.');
  });
  const failure = createClassifier({ model, backend: 'webgpu' });
  await expect(failure).rejects.toMatchObject({
    code: 'no-webgpu',
    message: expect.stringContaining('npm install webgpu'),
  });
  vi.doUnmock('webgpu');
});
