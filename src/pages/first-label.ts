import type { InferenceSession } from 'onnxruntime-web';
import { type BackendName, createClassifier } from '../client/index.ts';

/**
 * Loads one engine and names one picture, as a page of its own would that does nothing else; then writes the
 * milliseconds since navigation into the document. The address's fragment says which engine and model:
 * `#engine=hwgq-web&model=URL`, or `#engine=onnxruntime-web&model=URL&peers=URL`, and `&threads=N` where it is not to be
 * the engine's usual number, or 1 of a peer.
 */
const given = new URLSearchParams(location.hash.slice(1));
const model = given.get('model') ?? '';
const SIDE = 224;

try {
  const label = given.get('engine') === 'hwgq-web' ? await nameWithHwgq() : await nameWithOnnxRuntime();
  const firstLabel = performance.now();
  Object.assign(document.documentElement.dataset, { label, firstLabel });
  parent.postMessage({ firstLabel }, location.origin);
} catch (error) {
  parent.postMessage({ failure: String(error) }, location.origin);
  throw error;
}

async function nameWithHwgq(): Promise<string> {
  const backend = (given.get('backend') ?? 'auto') as BackendName | 'auto';
  const threads = given.get('threads');
  const classifier = await createClassifier({ model, backend, ...(threads ? { threads: Number(threads) } : {}) });
  const { categories } = await classifier.classify(picture());
  return categories[0]?.label ?? '';
}

async function nameWithOnnxRuntime(): Promise<string> {
  const folder = `${given.get('peers') ?? ''}onnxruntime-web/`;
  const ort = (await import(/* @vite-ignore */ `${folder}ort.wasm.min.mjs`)) as typeof import('onnxruntime-web');
  ort.env.wasm.wasmPaths = folder;
  ort.env.wasm.numThreads = Number(given.get('threads') ?? 1);
  ort.env.logLevel = 'error';
  const session: InferenceSession = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  const { data } = picture();
  const planar = new Float32Array(3 * SIDE * SIDE);
  const means = [104, 117, 123];
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      planar[channel * SIDE * SIDE + pixel] = (data[pixel * 4 + 2 - channel] ?? 0) - (means[channel] ?? 0);
    }
  }
  const input = new ort.Tensor('float32', planar, [1, 3, SIDE, SIDE]);
  const results = await session.run({ [session.inputNames[0] ?? '']: input });
  const scores = results[session.outputNames[0] ?? '']?.data as Float32Array;
  return String(scores.indexOf(Math.max(...scores)));
}

/** A picture of the size that the network takes. */
function picture(): ImageData {
  const image = new ImageData(SIDE, SIDE);
  for (let index = 0; index < image.data.length; index++)
    image.data[index] = index % 4 === 3 ? 255 : (index * 31) % 256;
  return image;
}
