import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InstalledPackage } from '../package/installed-package.ts';
import { SAMPLES } from './samples.ts';

let installed: InstalledPackage;

beforeAll(async () => {
  installed = await InstalledPackage.install({
    downloaded: ['typescript@5.9', 'react@19', '@types/react@19', 'vue@3.5', 'vue-tsc@3', 'svelte@5', 'svelte-check@4'],
  });
  const compilerOptions = {
    target: 'es2023',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    jsx: 'react-jsx',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  const vueCompilerOptions = { strictTemplates: true };
  const include = ['*.tsx', '*.vue', '*.svelte'];
  installed.write({ 'tsconfig.json': JSON.stringify({ compilerOptions, vueCompilerOptions, include }) });
}, 600_000);

afterAll(() => installed?.remove());

const CHECKERS = {
  tsx: ['tsc', '-p', '.'],
  vue: ['vue-tsc', '-p', '.'],
  svelte: ['svelte-check', '--tsconfig', './tsconfig.json'],
} as const;

it.each(Object.entries(CHECKERS))('samples in %s pass the framework’s type checker', async (language, checker) => {
  const samples = SAMPLES.filter((sample) => sample.language === language);
  expect(samples.length).toBeGreaterThan(0);
  const [program, ...words] = checker;
  const check = () => installed.run(join(installed.folder, 'node_modules/.bin', program), ...words);
  for (const [index, { code }] of samples.entries()) {
    // A mistake is reported, so the checker does read the sample.
    installed.write({ [`Sample${index}.${language}`]: code.replace('detail.label', 'detail.lable') });
    await expect(check()).rejects.toThrow(/lable/);
    installed.write({ [`Sample${index}.${language}`]: code });
  }
  await check();
});
