import type { Tensor4D } from '@tensorflow/tfjs-core';
import { decodeModel } from '../model/decode.ts';
import { exportGraph } from '../tools/onnx/export.ts';
import { type BenchEngine, type EngineStart, repeated, toNhwc } from './bench-engine.ts';
import type { TfjsCandidate } from './candidate.ts';
import type { TensorFlow } from './tensorflow.ts';
import { TfjsNetwork } from './tfjs-network.ts';

type WasmBackend = Pick<typeof import('@tensorflow/tfjs-backend-wasm'), 'setWasmPaths' | 'setThreadsCount'>;

const THREADED = 'tfjs-backend-wasm-threaded-simd';

/** Starts tfjs, loaded from its own files, with an export of a `.hwgq` model. */
export async function startTfjs(start: EngineStart<TfjsCandidate>): Promise<BenchEngine> {
  const { candidate, file, input, peersUrl } = start;
  const { backend, threads = 1 } = candidate;
  const folder = `${peersUrl}tfjs/`;
  await import(/* @vite-ignore */ `${folder}tf-core.min.js`);
  await import(/* @vite-ignore */ `${folder}tf-backend-${backend}.min.js`);
  // These builds export to a global variable.
  const { tf } = globalThis as unknown as { tf: TensorFlow & { wasm: WasmBackend } };
  if (backend === 'wasm') {
    tf.wasm.setWasmPaths(folder);
    tf.wasm.setThreadsCount(threads);
    if (threads === 1) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    else startThreadsFromFiles(folder);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not start its '${backend}' backend.`);
  const network = new TfjsNetwork(tf, exportGraph(decodeModel(file), { form: candidate.form }));
  return new TfjsEngine(tf, network, toNhwc(input.floats, input.shape), input.shape);
}

class TfjsEngine implements BenchEngine {
  readonly machine: string;

  readonly #tf: TensorFlow;
  readonly #network: TfjsNetwork;
  readonly #values: Float32Array;
  readonly #shape: readonly [channels: number, height: number, width: number];

  constructor(
    tf: TensorFlow,
    network: TfjsNetwork,
    values: Float32Array,
    shape: readonly [channels: number, height: number, width: number],
  ) {
    this.#tf = tf;
    this.#network = network;
    this.#values = values;
    this.#shape = shape;
    this.machine = `tfjs ${tf.version_core}`;
  }

  async run(count: number): Promise<Float32Array> {
    const [tf, network, values] = [this.#tf, this.#network, this.#values];
    const [channels, height, width] = this.#shape;
    const scores = tf.tidy(() => {
      const images: Tensor4D = tf.tensor4d(repeated(values, count), [count, height, width, channels]);
      return network.run(images);
    });
    try {
      return (await scores.data()) as Float32Array;
    } finally {
      scores.dispose();
    }
  }

  async dispose(): Promise<void> {
    this.#network.dispose();
  }
}

/** Makes tfjs start its threads from files. By default it uses blobs, which a strict CSP forbids. */
function startThreadsFromFiles(folder: string): void {
  globalThis.Worker = class extends Worker {
    constructor() {
      super(`${folder}${THREADED}.worker.js`);
    }

    override postMessage(message: Readonly<Record<string, unknown>>): void {
      super.postMessage(message.urlOrBlob ? { ...message, urlOrBlob: `${folder}${THREADED}.js` } : message);
    }
  };
}
