import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { useChromium } from '../support/surroundings.ts';
import { InstalledPackage } from './installed-package.ts';
import { testVite } from './vite-cases.ts';

const browser = useChromium();

// The version of this project's own Vite is tested in vite.test.ts.
describe.each([5, 6, 7])('Vite %d', (version) => {
  let installed: InstalledPackage;

  beforeAll(async () => {
    installed = await InstalledPackage.install({ local: ['react', 'react-dom'], downloaded: [`vite@${version}`] });
  }, 600_000);

  afterAll(() => installed?.remove());

  testVite(
    () => installed,
    () => join(installed.folder, 'node_modules/vite/bin/vite.js'),
    browser,
  );
});
