import type { InferenceSession } from 'onnxruntime-web';
import { channelCount, type Preprocessing } from '../../image/preprocessing.ts';
import { classifyVideo } from './camera-frames.ts';
import { bestClass, DrawnInput } from './drawn-input.ts';
import type { PictureEngine, PictureEngineStart, PictureTimes, StillPicture } from './picture-engine.ts';

type OnnxRuntime = typeof import('onnxruntime-web');

/** Starts onnxruntime-web in the page's main thread, its default. */
export async function startOnnxRuntimePictures(start: PictureEngineStart): Promise<PictureEngine> {
  const { model, preprocessing, threads, peersUrl } = start;
  const folder = `${peersUrl}onnxruntime-web/`;
  const ort = (await import(/* @vite-ignore */ `${folder}ort.wasm.min.mjs`)) as OnnxRuntime;
  ort.env.wasm.wasmPaths = folder;
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'all' } as const;
  return new OnnxRuntimePictures(ort, await ort.InferenceSession.create(model, options), preprocessing);
}

class OnnxRuntimePictures implements PictureEngine {
  readonly #ort: OnnxRuntime;
  readonly #session: InferenceSession;
  readonly #input: DrawnInput;
  readonly #shape: readonly number[];

  constructor(ort: OnnxRuntime, session: InferenceSession, preprocessing: Preprocessing) {
    this.#ort = ort;
    this.#session = session;
    this.#input = new DrawnInput(preprocessing);
    const { channels, height, width } = preprocessing;
    this.#shape = [1, channelCount(channels), height, width];
  }

  async classify(picture: StillPicture): Promise<PictureTimes> {
    const start = performance.now();
    await this.#label(picture);
    return { total: performance.now() - start };
  }

  classifyFrames(camera: MediaStream, count: number): Promise<readonly PictureTimes[]> {
    return classifyVideo(camera, count, (video) => this.#label(video));
  }

  async #label(picture: CanvasImageSource | Blob): Promise<number> {
    const tensor = new this.#ort.Tensor('float32', await this.#input.planar(picture), this.#shape);
    const results = await this.#session.run({ [this.#session.inputNames[0] as string]: tensor });
    return bestClass(results[this.#session.outputNames[0] as string]?.data as Float32Array);
  }
}
