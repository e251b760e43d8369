import type { Kernel } from './kernels.ts';
import { unrolled } from './unrolled.ts';

/** The function of a shader that a pipeline runs, and its constants. */
export type EntryPoint = Pick<Kernel, 'entryPoint' | 'constants'>;

/** Caches a device's compute pipelines. Layers that differ only in their sizes share one. */
export class PipelineCache {
  static readonly #caches = new WeakMap<GPUDevice, PipelineCache>();

  static of(device: GPUDevice): PipelineCache {
    const cache = PipelineCache.#caches.get(device) ?? new PipelineCache(device);
    PipelineCache.#caches.set(device, cache);
    return cache;
  }

  readonly #device: GPUDevice;
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  private constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * @param code the shader's text.
   * @throws GPUPipelineError if the driver refuses it.
   */
  async get(code: string, { entryPoint, constants }: EntryPoint): Promise<GPUComputePipeline> {
    const key = JSON.stringify([code, entryPoint, constants]);
    const pipeline =
      this.#pipelines.get(key) ??
      this.#device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module: this.#moduleOf(code), entryPoint, constants: { ...constants } },
      });
    this.#pipelines.set(key, pipeline);
    return pipeline;
  }

  #moduleOf(code: string): GPUShaderModule {
    const known = this.#modules.get(code);
    if (known) return known;
    // An invalid module also rejects its pipeline. This scope keeps its error out of outer scopes, which are for buffers.
    this.#device.pushErrorScope('validation');
    const module = this.#device.createShaderModule({ code: unrolled(code) });
    this.#device.popErrorScope().catch(() => {});
    this.#modules.set(code, module);
    return module;
  }
}
