import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//;

/** Writes the licences of all packages whose code went into these bundles beside them: their terms ask for that. */
export function licences(): Plugin {
  const folders = new Set<string>();
  return {
    name: 'licences',
    generateBundle() {
      for (const id of this.getModuleIds()) {
        const [folder] = PACKAGE_FOLDER.exec(id) ?? [];
        if (folder) folders.add(folder);
      }
      this.emitFile({ type: 'asset', fileName: 'LICENCES.txt', source: [...folders].sort().map(licenceOf).join('') });
    },
  };
}

/** @throws Error where a package has no file of its licence. */
function licenceOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (!file) throw new Error(`${folder} has no file of its licence.`);
  const { name, version } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
  return `${name} ${version}\n\n${readFileSync(folder + file, 'utf8').trim()}\n\n`;
}
