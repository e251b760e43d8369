import type { Plugin } from 'vite';
import { shortened, shortNames } from './wgsl-names.ts';
import { preprocess } from './wgsl-preprocessor.ts';

/**
 * Imports `.wgsl` files as text: `import code from './binary-channels.wgsl?BLOCKS=4'`. A parameter of the import sets a
 * constant that the file declares; the comments `#include` and `#unroll` are preprocessed (`wgsl-preprocessor.ts`). All
 * names are shortened except those that pipelines are created with. Loops to unroll are only marked: `unrolled` expands them
 * before a shader is compiled, so the download has each body once.
 */
export function wgsl(): Plugin {
  return {
    name: 'wgsl',
    load(id) {
      const [path = '', query = ''] = id.split('?');
      if (!path.endsWith('.wgsl')) return undefined;
      const { text, files } = preprocess(path, new URLSearchParams(query));
      for (const file of files) this.addWatchFile(file);
      return {
        code: `export default ${JSON.stringify(shortened(text, shortNames(path)))};`,
        map: null,
        moduleType: 'js',
      };
    },
  };
}
