import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'rolldown';

const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//;

/** Writes the licences of the packages whose code went into a bundle beside it: their terms ask for that. */
export function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle() {
      const folders = new Set([...this.getModuleIds()].flatMap((id) => PACKAGE_FOLDER.exec(id) ?? []));
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
