import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Plugin } from 'vite';

const ONNX_RUNTIME = 'node_modules/onnxruntime-web/dist/';
const TFJS = 'node_modules/@tensorflow/';
const TFJS_WASM = `${TFJS}tfjs-backend-wasm/`;
const LITERT = 'node_modules/@litertjs/';
const LITERT_WASM = `${LITERT}core/wasm/litert_wasm_`;
const MEDIAPIPE = 'node_modules/@mediapipe/tasks-vision/';
/** The modules of LiteRT.js, by their names in its folder. */
const LITERT_MODULES = {
  'core.js': `${LITERT}core/dist/index.js`,
  'wasm-utils.js': `${LITERT}wasm-utils/dist/index.js`,
};

/** Files that a page fetches for each engine in the benchmark, by `downloadKey` of src/bench. */
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
  'tfjs wasm': [
    `${TFJS}tfjs-core/dist/tf-core.min.js`,
    `${TFJS_WASM}dist/tf-backend-wasm.min.js`,
    `${TFJS_WASM}dist/tfjs-backend-wasm-simd.wasm`,
  ],
  'LiteRT.js wasm': [...Object.values(LITERT_MODULES), `${LITERT_WASM}internal.js`, `${LITERT_WASM}internal.wasm`],
  'MediaPipe wasm': [
    `${MEDIAPIPE}vision_bundle.mjs`,
    ...['.js', '.wasm'].map((end) => `${MEDIAPIPE}wasm/vision_wasm_internal${end}`),
  ],
  'tfjs webgpu': [`${TFJS}tfjs-core/dist/tf-core.min.js`, `${TFJS}tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js`],
};

/** Files that engines fetch in other modes: with threads, or without relaxed SIMD. */
const OTHER_MODES = [
  ...['.wasm', '.js', '.worker.js'].map((end) => `${TFJS_WASM}wasm-out/tfjs-backend-wasm-threaded-simd${end}`),
  ...['compat', 'threaded'].flatMap((mode) => ['.js', '.wasm'].map((end) => `${LITERT_WASM}${mode}_internal${end}`)),
];

/** The folders of the site that engines are copied to, by the start of their packages' paths. */
const FOLDERS = [
  [ONNX_RUNTIME, 'onnxruntime-web'],
  [TFJS, 'tfjs'],
  [LITERT, 'litert'],
  [MEDIAPIPE, 'mediapipe'],
] as const;

/** Copies the engines beside the site. The benchmark page loads them on request only. */
export function peers(): Plugin {
  const files = new Map([...Object.values(PEER_BUILDS).flat(), ...OTHER_MODES].map((path) => [servedAs(path), path]));
  return {
    name: 'peers',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const [path = ''] = (request.url ?? '').split('?');
        const file = files.get(path.slice(1));
        if (!file || !existsSync(file)) return next();
        response.setHeader('Content-Type', file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript');
        response.end(contentOf(file));
      });
    },
    generateBundle() {
      for (const [fileName, path] of files) this.emitFile({ type: 'asset', fileName, source: contentOf(path) });
    },
  };
}

function servedAs(path: string): string {
  const [name] = Object.entries(LITERT_MODULES).find(([, file]) => file === path) ?? [basename(path)];
  const [, folder] = FOLDERS.find(([packages]) => path.startsWith(packages)) ?? [];
  return `peers/${folder}/${name}`;
}

/**
 * Returns a file as a page loads it. tfjs ships its thread script inside a module that exports it as text. LiteRT.js is
 * published for bundlers and imports its second module by the name of a package.
 */
function contentOf(path: string): Buffer {
  const content = readFileSync(path);
  if (path.endsWith('.worker.js')) return content.subarray(content.indexOf('`') + 1, content.lastIndexOf('`'));
  if (path !== LITERT_MODULES['core.js']) return content;
  return Buffer.from(content.toString().replace('"@litertjs/wasm-utils"', '"./wasm-utils.js"'));
}
