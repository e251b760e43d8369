import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'rolldown';

const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//;

/** Emits LICENCES.txt with the licences of all bundled packages, as their terms require. */
export function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle() {
      const folders = new Set([...this.getModuleIds()].flatMap((id) => PACKAGE_FOLDER.exec(id) ?? []));
      this.emitFile({ type: 'asset', fileName: 'LICENCES.txt', source: [...folders].sort().map(licenceOf).join('') });
    },
  };
}

/** @throws Error if a package has no licence file. */
function licenceOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (!file) throw new Error(`${folder} has no licence file.`);
  const { name, version } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
  return `${name} ${version}\n\n${readFileSync(folder + file, 'utf8').trim()}\n\n`;
}
