import type { CompiledModel } from '@litertjs/core';
import { channelCount, type Preprocessing } from '../../image/preprocessing.ts';
import { liteRtBuild } from '../litert-build.ts';
import { classifyVideo } from './camera-frames.ts';
import { bestClass, DrawnInput } from './drawn-input.ts';
import type { PictureEngine, PictureEngineStart, PictureTimes, StillPicture } from './picture-engine.ts';

type LiteRt = typeof import('@litertjs/core');

/** Starts LiteRT.js in the page's main thread, as its documentation shows. */
export async function startLiteRtPictures(start: PictureEngineStart): Promise<PictureEngine> {
  const { model, preprocessing, threads, peersUrl } = start;
  const folder = `${peersUrl}litert/`;
  const lite = (await import(/* @vite-ignore */ `${folder}core.js`)) as LiteRt;
  // It logs its progress as errors.
  (globalThis as { Module?: object }).Module = { printErr: () => {} };
  await lite.loadLiteRt(`${folder}${await liteRtBuild(lite, threads)}`, { threads: threads > 1 });
  const cpuOptions = { numThreads: threads };
  return new LiteRtPictures(lite, await lite.loadAndCompile(model, { accelerator: 'wasm', cpuOptions }), preprocessing);
}

class LiteRtPictures implements PictureEngine {
  readonly #lite: LiteRt;
  readonly #model: CompiledModel;
  readonly #input: DrawnInput;
  readonly #shape: number[];

  constructor(lite: LiteRt, model: CompiledModel, preprocessing: Preprocessing) {
    this.#lite = lite;
    this.#model = model;
    this.#input = new DrawnInput(preprocessing);
    const { channels, height, width } = preprocessing;
    this.#shape = [1, height, width, channelCount(channels)];
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
    const input = new this.#lite.Tensor(await this.#input.interleaved(picture), this.#shape);
    const results = await this.#model.run(input);
    input.delete();
    const label = bestClass(results[0]?.toTypedArray() ?? []);
    for (const result of results) result.delete();
    return label;
  }
}
