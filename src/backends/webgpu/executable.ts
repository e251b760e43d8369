import { HwgqError } from '../../errors.ts';
import type { Plan, PlanTensor, TensorId } from '../../plan/plan.ts';
import { type Kernel, kernelOf } from './kernels.ts';
import { fromPixels, levelsFromCodes, toPixels, wordCount } from './layout.ts';

const WORKGROUP_SIZE = 64;
const MAX_WORKGROUPS_PER_DIMENSION = 65535;

interface PreparedStep {
  readonly kernel: Kernel;
  readonly pipeline: GPUComputePipeline;
  /** Uniform sizes and constant tables, by binding. */
  readonly constants: ReadonlyMap<number, GPUBuffer>;
  readonly output: TensorId;
}

/** Buffers of every tensor for a number of images, and the bind groups over them. */
interface Arena {
  readonly capacity: number;
  readonly tensors: readonly GPUBuffer[];
  readonly bindGroups: readonly GPUBindGroup[];
}

/**
 * A plan made ready on a device: one run is one command buffer of one compute pass. All pipelines exist before the
 * first run, compiled without blocking.
 */
export class WebGpuExecutable {
  private arena: Arena | undefined;
  private readonly owned: GPUBuffer[] = [];

  private constructor(
    private readonly device: GPUDevice,
    private readonly plan: Plan,
    private readonly steps: readonly PreparedStep[],
    private readonly frame: GPUBuffer,
  ) {
    this.owned.push(frame, ...steps.flatMap((step) => [...step.constants.values()]));
  }

  /**
   * Uploads weights and compiles all pipelines.
   * @param onProgress how many of the plan's steps are ready, 0 to 1.
   * @throws HwgqError `out-of-memory` where a buffer does not fit the GPU.
   */
  static async create(device: GPUDevice, plan: Plan, onProgress: (done: number) => void): Promise<WebGpuExecutable> {
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const pipelines = PipelineCache.of(device);
    let ready = 0;
    const steps = await Promise.all(
      plan.steps.map(async (step) => {
        const kernel = kernelOf(step, tensorAt(plan, step.input), tensorAt(plan, step.output));
        const constants = new Map<number, GPUBuffer>();
        constants.set(1, uploaded(device, kernel.shape, GPUBufferUsage.UNIFORM, kernel.label));
        for (const [binding, table] of kernel.tables) {
          constants.set(binding, uploaded(device, table, GPUBufferUsage.STORAGE, kernel.label));
        }
        const pipeline = await pipelines.get(kernel);
        ready++;
        onProgress(ready / plan.steps.length);
        return { kernel, pipeline, constants, output: step.output };
      }),
    );
    const frame = device.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    const executable = new WebGpuExecutable(device, plan, steps, frame);
    try {
      await throwScopedErrors(device);
    } catch (error) {
      executable.dispose();
      throw error;
    }
    return executable;
  }

  /**
   * Runs `count` images, planar and back to back: whole numbers or floats, as the plan's input is.
   * @returns one array for each of the plan's outputs: `count` planar images.
   */
  async run(inputs: Int16Array | Float32Array, count: number): Promise<Float32Array[]> {
    const arena = await this.arenaFor(count);
    const { device, plan } = this;
    const input = tensorAt(plan, 0);
    const pixels = input.kind === 'integers' ? new Int32Array(inputs.length) : new Float32Array(inputs.length);
    device.queue.writeBuffer(this.frame, 0, Uint32Array.of(count));
    device.queue.writeBuffer(bufferAt(arena, 0), 0, toPixels(inputs, pixels, input.shape));

    const encoder = device.createCommandEncoder();
    for (const step of this.steps) {
      if (step.kernel.clearsOutput) encoder.clearBuffer(bufferAt(arena, step.output));
    }
    const pass = encoder.beginComputePass();
    for (const [index, { kernel, pipeline }] of this.steps.entries()) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, arena.bindGroups[index] as GPUBindGroup);
      const groups = Math.ceil(kernel.threads(count) / WORKGROUP_SIZE);
      const rows = Math.ceil(groups / MAX_WORKGROUPS_PER_DIMENSION);
      pass.dispatchWorkgroups(Math.ceil(groups / rows), rows);
    }
    pass.end();
    const readbacks = plan.outputs.map((output) => this.copyOut(encoder, arena, output, count));
    device.queue.submit([encoder.finish()]);
    try {
      return await Promise.all(
        readbacks.map(async (readback, index) => {
          await readback.mapAsync(GPUMapMode.READ);
          return decoded(tensorAt(plan, plan.outputs[index] as TensorId), readback.getMappedRange());
        }),
      );
    } finally {
      for (const readback of readbacks) readback.destroy();
    }
  }

  /** Frees all buffers. The device stays. */
  dispose(): void {
    for (const buffer of this.owned) buffer.destroy();
    for (const buffer of this.arena?.tensors ?? []) buffer.destroy();
    this.arena = undefined;
  }

  private async arenaFor(count: number): Promise<Arena> {
    if (this.arena && this.arena.capacity >= count) return this.arena;
    const { device, plan } = this;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const tensors = plan.tensors.map((tensor) =>
      device.createBuffer({
        size: count * imageBytes(tensor),
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      }),
    );
    const bindGroups = this.steps.map(({ kernel, pipeline, constants }) => {
      const buffers = new Map<number, GPUBuffer>([
        [0, this.frame],
        ...constants,
        ...Array.from(kernel.tensors, ([binding, tensor]) => [binding, tensors[tensor] as GPUBuffer] as const),
      ]);
      return device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: Array.from(buffers, ([binding, buffer]) => ({ binding, resource: { buffer } })),
      });
    });
    const arena = { capacity: count, tensors, bindGroups };
    try {
      await throwScopedErrors(device);
    } catch (error) {
      for (const buffer of tensors) buffer.destroy();
      throw error;
    }
    for (const buffer of this.arena?.tensors ?? []) buffer.destroy();
    this.arena = arena;
    return arena;
  }

  private copyOut(encoder: GPUCommandEncoder, arena: Arena, tensor: TensorId, count: number): GPUBuffer {
    const size = count * imageBytes(tensorAt(this.plan, tensor));
    const readback = this.device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    encoder.copyBufferToBuffer(bufferAt(arena, tensor), 0, readback, 0, size);
    return readback;
  }
}

/** A device's pipelines by what distinguishes them: layers alike but for their sizes share one. */
class PipelineCache {
  private static readonly caches = new WeakMap<GPUDevice, PipelineCache>();

  static of(device: GPUDevice): PipelineCache {
    const cache = PipelineCache.caches.get(device) ?? new PipelineCache(device);
    PipelineCache.caches.set(device, cache);
    return cache;
  }

  private readonly modules = new Map<string, GPUShaderModule>();
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();

  private constructor(private readonly device: GPUDevice) {}

  get({ code, entryPoint, constants }: Kernel): Promise<GPUComputePipeline> {
    const key = JSON.stringify([code, entryPoint, constants]);
    const pipeline =
      this.pipelines.get(key) ??
      this.device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module: this.moduleOf(code), entryPoint, constants: { ...constants } },
      });
    this.pipelines.set(key, pipeline);
    return pipeline;
  }

  private moduleOf(code: string): GPUShaderModule {
    const module = this.modules.get(code) ?? this.device.createShaderModule({ code });
    this.modules.set(code, module);
    return module;
  }
}

function uploaded(
  device: GPUDevice,
  data: Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
  usage: GPUBufferUsageFlags,
  label: string,
): GPUBuffer {
  // A uniform struct is read in blocks of 16 bytes.
  const size = Math.ceil(data.byteLength / 16) * 16;
  const buffer = device.createBuffer({ label, size, usage: usage | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

async function throwScopedErrors(device: GPUDevice): Promise<void> {
  const [validation, memory] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const error = validation ?? memory;
  if (!error) return;
  throw new HwgqError(
    'out-of-memory',
    `The GPU refused a buffer: ${error.message} Use a smaller batch or backend 'reference'.`,
  );
}

function imageBytes(tensor: PlanTensor): number {
  const { channels, height, width } = tensor.shape;
  const words = tensor.kind === 'codes' ? tensor.bits * wordCount(channels) : channels;
  return height * width * words * 4;
}

function decoded(tensor: PlanTensor, data: ArrayBuffer): Float32Array {
  switch (tensor.kind) {
    case 'codes':
      return levelsFromCodes(new Uint32Array(data), tensor.shape, tensor.bits, tensor.levels);
    case 'integers':
      return fromPixels(new Int32Array(data), tensor.shape, tensor.unit);
    case 'floats':
      return fromPixels(new Float32Array(data), tensor.shape, 1);
  }
}

function tensorAt(plan: Plan, id: TensorId): PlanTensor {
  return plan.tensors[id] as PlanTensor;
}

function bufferAt(arena: Arena, id: TensorId): GPUBuffer {
  return arena.tensors[id] as GPUBuffer;
}
