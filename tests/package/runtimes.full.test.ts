import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InstalledPackage } from './installed-package.ts';

let installed: InstalledPackage;

beforeAll(async () => {
  installed = await InstalledPackage.install({ downloaded: ['bun@1', 'deno@2'] });
  // Bun's npm package gets its program from another package, by a script that the installation leaves out.
  await installed.run(process.execPath, 'node_modules/bun/install.js');
}, 600_000);

afterAll(() => installed?.remove());

it.each([
  ['Bun', ['bun']],
  ['Deno', ['deno', 'run', '--allow-read']],
])('runs hwgq-web/node in %s, from paths and bytes', async (_, [program = '', ...words]) => {
  installed.write({
    'program.mjs': `
      import { readFileSync } from 'node:fs';
      import { createClassifier } from 'hwgq-web/node';
      const model = new URL(import.meta.resolve('hwgq-web/models/cifarsmall.hwgq'));
      const classifier = await createClassifier({ model });
      const picture = 'node_modules/hwgq-web/models/samples/frog.png';
      const results = await classifier.classifyBatch([picture, readFileSync(picture)]);
      console.log(results.map(({ categories, backend }) => categories[0].label + ' ' + backend.name).join(', '));`,
  });
  const command = join(installed.folder, 'node_modules/.bin', program);
  expect(await installed.run(command, ...words, 'program.mjs')).toBe('frog wasm, frog wasm\n');
});
