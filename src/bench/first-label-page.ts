import type { InferenceSession } from 'onnxruntime-web';
import { type BackendName, createClassifier } from '../client/index.ts';
import { messageOf } from '../errors.ts';

/**
 * Loads one engine, classifies one picture, and writes the milliseconds since navigation into the document. The URL
 * fragment selects the engine, the model, and its input format (see `firstLabelAddress`).
 */
const given = new URLSearchParams(location.hash.slice(1));
const model = given.get('model') ?? '';
const [width, height, scale] = ['width', 'height', 'scale'].map((name) => Number(given.get(name))) as [
  number,
  number,
  number,
];
/** Indices of the network's channels in an RGBA pixel. Green stands for gray, since any picture will do. */
const CHANNEL_INDICES = { bgr: [2, 1, 0], rgb: [0, 1, 2], gray: [1] } as const;

try {
  const label = given.get('engine') === 'hwgq-web' ? await classifyWithHwgq() : await classifyWithOnnxRuntime();
  const firstLabel = performance.now();
  Object.assign(document.documentElement.dataset, { label, firstLabel });
  parent.postMessage({ firstLabel }, location.origin);
} catch (error) {
  parent.postMessage({ failure: messageOf(error) }, location.origin);
  throw error;
}

async function classifyWithHwgq(): Promise<string> {
  const backend = (given.get('backend') ?? 'auto') as BackendName | 'auto';
  const threads = given.get('threads');
  const classifier = await createClassifier({ model, backend, ...(threads ? { threads: Number(threads) } : {}) });
  const { categories } = await classifier.classify(picture());
  return categories[0]?.label ?? '';
}

async function classifyWithOnnxRuntime(): Promise<string> {
  const folder = `${given.get('peers') ?? ''}onnxruntime-web/`;
  const ort = (await import(/* @vite-ignore */ `${folder}ort.wasm.min.mjs`)) as typeof import('onnxruntime-web');
  ort.env.wasm.wasmPaths = folder;
  ort.env.wasm.numThreads = Number(given.get('threads') ?? 1);
  ort.env.logLevel = 'error';
  const session: InferenceSession = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  const { data } = picture();
  const indices = CHANNEL_INDICES[(given.get('channels') ?? 'bgr') as keyof typeof CHANNEL_INDICES];
  const means = given.getAll('mean').map(Number);
  const pixels = width * height;
  const planar = new Float32Array(indices.length * pixels);
  for (const [channel, index] of indices.entries()) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      planar[channel * pixels + pixel] = ((data[pixel * 4 + index] ?? 0) - (means[channel] ?? 0)) * scale;
    }
  }
  const input = new ort.Tensor('float32', planar, [1, indices.length, height, width]);
  const results = await session.run({ [session.inputNames[0] ?? '']: input });
  const scores = results[session.outputNames[0] ?? '']?.data as Float32Array;
  return String(scores.indexOf(Math.max(...scores)));
}

/** Creates a picture of the network's input size. */
function picture(): ImageData {
  const image = new ImageData(width, height);
  for (let index = 0; index < image.data.length; index++)
    image.data[index] = index % 4 === 3 ? 255 : (index * 31) % 256;
  return image;
}
