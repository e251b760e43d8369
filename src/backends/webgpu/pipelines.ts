import type { Kernel } from './kernels.ts';

/** A device's pipelines by what distinguishes them: layers alike but for their sizes share one. */
export class PipelineCache {
  private static readonly caches = new WeakMap<GPUDevice, PipelineCache>();

  static of(device: GPUDevice): PipelineCache {
    const cache = PipelineCache.caches.get(device) ?? new PipelineCache(device);
    PipelineCache.caches.set(device, cache);
    return cache;
  }

  private readonly modules = new Map<string, GPUShaderModule>();
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();

  private constructor(private readonly device: GPUDevice) {}

  async get({
    code,
    entryPoint,
    constants,
  }: Pick<Kernel, 'code' | 'entryPoint' | 'constants'>): Promise<GPUComputePipeline> {
    const text = await code;
    const key = JSON.stringify([text, entryPoint, constants]);
    const pipeline =
      this.pipelines.get(key) ??
      this.device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module: this.moduleOf(text), entryPoint, constants: { ...constants } },
      });
    this.pipelines.set(key, pipeline);
    return pipeline;
  }

  private moduleOf(code: string): GPUShaderModule {
    const known = this.modules.get(code);
    if (known) return known;
    // Who waits for a pipeline is told what is wrong with its module; others' error scopes are for buffers.
    this.device.pushErrorScope('validation');
    const module = this.device.createShaderModule({ code });
    this.device.popErrorScope().catch(() => {});
    this.modules.set(code, module);
    return module;
  }
}
