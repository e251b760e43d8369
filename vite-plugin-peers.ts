import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Plugin } from 'vite';

const ONNX_RUNTIME = 'node_modules/onnxruntime-web/dist/';
const FOLDER = 'peers/onnxruntime-web/';

/** What a page fetches of each engine that the benchmark compares with, by `downloadKey` of src/bench. */
export const PEER_BUILDS: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-web wasm': [
    `${ONNX_RUNTIME}ort.wasm.min.mjs`,
    `${ONNX_RUNTIME}ort-wasm-simd-threaded.mjs`,
    `${ONNX_RUNTIME}ort-wasm-simd-threaded.wasm`,
  ],
  'onnxruntime-web webgpu': [
    `${ONNX_RUNTIME}ort.webgpu.min.mjs`,
    `${ONNX_RUNTIME}ort-wasm-simd-threaded.asyncify.mjs`,
    `${ONNX_RUNTIME}ort-wasm-simd-threaded.asyncify.wasm`,
  ],
};

/** Puts those engines beside the site, as they are: no page loads them unless it is asked to. */
export function peers(): Plugin {
  const files = new Map(
    Object.values(PEER_BUILDS)
      .flat()
      .map((path) => [FOLDER + basename(path), path]),
  );
  return {
    name: 'peers',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const [path = ''] = (request.url ?? '').split('?');
        const file = files.get(path.slice(1));
        if (!file || !existsSync(file)) return next();
        response.setHeader('Content-Type', file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript');
        createReadStream(file).pipe(response);
      });
    },
    generateBundle() {
      for (const [fileName, path] of files) this.emitFile({ type: 'asset', fileName, source: readFileSync(path) });
    },
  };
}
