import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

const INCLUDE = /^\/\/ #include "(.+)"$/gm;

/** Lets TypeScript import `.wgsl` files as text, with `// #include "other.wgsl"` lines replaced by those files. */
export function wgsl(): Plugin {
  return {
    name: 'wgsl',
    load(id) {
      if (!id.endsWith('.wgsl')) return undefined;
      const files = new Set<string>();
      const text = expand(id, files);
      for (const file of files) this.addWatchFile(file);
      return { code: `export default ${JSON.stringify(text)};`, map: null };
    },
  };
}

/** A file's text with its includes, each file once. */
function expand(path: string, files: Set<string>): string {
  files.add(path);
  return readFileSync(path, 'utf8').replace(INCLUDE, (_, name: string) => {
    const included = resolve(dirname(path), name);
    return files.has(included) ? '' : expand(included, files);
  });
}
