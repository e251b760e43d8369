import { resolve } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { useChromium } from '../support/surroundings.ts';
import { InstalledPackage } from './installed-package.ts';
import { testVite } from './vite-cases.ts';

const browser = useChromium();
let installed: InstalledPackage;

beforeAll(async () => {
  installed = await InstalledPackage.install({ local: ['react', 'react-dom'] });
});

afterAll(() => installed?.remove());

testVite(
  () => installed,
  () => resolve('node_modules/vite/bin/vite.js'),
  browser,
);
