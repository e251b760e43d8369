import { type Shader, shaderText } from '../../shader-text.ts';
import type { Kernel } from './kernels.ts';

/** A shader's module, and its pipelines by their entry point and constants. */
interface ShaderPipelines {
  readonly module: GPUShaderModule;
  readonly pipelines: Map<string, Promise<GPUComputePipeline>>;
}

/** A device's pipelines by what distinguishes them: layers alike but for their sizes share one. */
export class PipelineCache {
  private static readonly caches = new WeakMap<GPUDevice, PipelineCache>();

  static of(device: GPUDevice): PipelineCache {
    const cache = PipelineCache.caches.get(device) ?? new PipelineCache(device);
    PipelineCache.caches.set(device, cache);
    return cache;
  }

  private readonly shaders = new Map<Shader, ShaderPipelines>();

  private constructor(private readonly device: GPUDevice) {}

  get({
    shader,
    entryPoint,
    constants,
  }: Pick<Kernel, 'shader' | 'entryPoint' | 'constants'>): Promise<GPUComputePipeline> {
    const { module, pipelines } = this.pipelinesOf(shader);
    const key = JSON.stringify([entryPoint, constants]);
    const pipeline =
      pipelines.get(key) ??
      this.device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module, entryPoint, constants: { ...constants } },
      });
    pipelines.set(key, pipeline);
    return pipeline;
  }

  private pipelinesOf(shader: Shader): ShaderPipelines {
    const known = this.shaders.get(shader);
    if (known) return known;
    // Who waits for a pipeline is told what is wrong with its module; others' error scopes are for buffers.
    this.device.pushErrorScope('validation');
    const module = this.device.createShaderModule({ code: shaderText(shader) });
    this.device.popErrorScope().catch(() => {});
    const made = { module, pipelines: new Map() };
    this.shaders.set(shader, made);
    return made;
  }
}
