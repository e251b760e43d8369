import { createReadStream, existsSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const FOLDER = 'peers/onnxruntime-web/';
const SOURCE = 'node_modules/onnxruntime-web/dist/';
/** The build for WebAssembly, the one for WebGPU, and what each of them fetches. */
const FILES = [
  'ort.wasm.min.mjs',
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
  'ort.webgpu.min.mjs',
  'ort-wasm-simd-threaded.asyncify.mjs',
  'ort-wasm-simd-threaded.asyncify.wasm',
];

/** Puts the engines that the benchmark compares with beside the site, as they are: no page loads them unless asked. */
export function peers(): Plugin {
  return {
    name: 'peers',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const [, name = ''] = (request.url ?? '').split('?', 1)[0]?.split(`/${FOLDER}`) ?? [];
        if (!FILES.includes(name) || !existsSync(SOURCE + name)) return next();
        response.setHeader('Content-Type', name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript');
        createReadStream(SOURCE + name).pipe(response);
      });
    },
    generateBundle() {
      for (const name of FILES) {
        this.emitFile({ type: 'asset', fileName: FOLDER + name, source: readFileSync(SOURCE + name) });
      }
    },
  };
}
