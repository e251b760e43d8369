import { dts } from 'rolldown-plugin-dts';

/** Declarations, one file for each entry of the package. */
export default {
  input: { 'lib/index': 'src/client/index.ts', 'node/index': 'src/node/index.ts' },
  plugins: [dts({ emitDtsOnly: true, oxc: true })],
  output: { dir: 'dist', entryFileNames: '[name].js', chunkFileNames: 'lib/shared.js' },
};
