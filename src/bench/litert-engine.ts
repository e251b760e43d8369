import type { CompiledModel } from '@litertjs/core';
import { type BenchEngine, type EngineStart, toNhwc } from './bench-engine.ts';
import type { LiteRtCandidate } from './candidate.ts';
import { liteRtBuild } from './litert-build.ts';

type LiteRt = typeof import('@litertjs/core');

/** Starts LiteRT.js, loaded from its own files. */
export async function startLiteRt(start: EngineStart<LiteRtCandidate>): Promise<BenchEngine> {
  const { candidate, file, input, peersUrl } = start;
  const { threads = 1 } = candidate;
  const folder = `${peersUrl}litert/`;
  const lite = (await import(/* @vite-ignore */ `${folder}core.js`)) as LiteRt;
  const url = `${folder}${await liteRtBuild(lite, threads)}`;
  await importRuntime(url, folder);
  await lite.loadLiteRt(url);
  const model = await lite.loadAndCompile(file, { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
  return new LiteRtEngine(lite, model, toNhwc(input.floats, input.shape), input.shape);
}

/**
 * Imports the script of a build. LiteRT.js loads it with `importScripts`, which a module worker does not have. As a module,
 * the script passes its factory to an AMD loader.
 */
async function importRuntime(url: string, folder: string): Promise<void> {
  const scope = globalThis as unknown as Record<string, unknown>;
  scope.define = Object.assign(
    (_dependencies: readonly string[], factoryOf: () => unknown) => {
      scope.ModuleFactory = factoryOf();
    },
    { amd: true },
  );
  scope.importScripts = () => {};
  scope.Module = {
    locateFile: (name: string) => folder + name,
    mainScriptUrlOrBlob: url,
    // It logs its progress as errors.
    printErr: () => {},
  };
  await import(/* @vite-ignore */ url);
}

class LiteRtEngine implements BenchEngine {
  readonly machine = 'LiteRT.js';

  readonly #lite: LiteRt;
  readonly #model: CompiledModel;
  readonly #values: Float32Array;
  readonly #shape: readonly [channels: number, height: number, width: number];

  constructor(
    lite: LiteRt,
    model: CompiledModel,
    values: Float32Array,
    shape: readonly [channels: number, height: number, width: number],
  ) {
    this.#lite = lite;
    this.#model = model;
    this.#values = values;
    this.#shape = shape;
  }

  /** Runs the images one by one, because the batch size of a TFLite file is fixed. */
  async run(count: number): Promise<Float32Array> {
    const all: Float32Array[] = [];
    for (let image = 0; image < count; image++) all.push(await this.#runOne());
    const [first = new Float32Array()] = all;
    if (count === 1) return first;
    const scores = new Float32Array(count * first.length);
    for (const [image, values] of all.entries()) scores.set(values, image * first.length);
    return scores;
  }

  async #runOne(): Promise<Float32Array> {
    const [channels, height, width] = this.#shape;
    const input = new this.#lite.Tensor(this.#values, [1, height, width, channels]);
    const results = await this.#model.run(input);
    input.delete();
    const scores = results[0]?.toTypedArray() as Float32Array;
    for (const result of results) result.delete();
    return scores;
  }

  async dispose(): Promise<void> {
    this.#model.delete();
    this.#lite.unloadLiteRt();
  }
}
