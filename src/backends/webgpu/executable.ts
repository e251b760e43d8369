import { HwgqError, missingPart } from '../../errors.ts';
import type { AnyPicture } from '../../image/deferred-picture.ts';
import type { Plan, PlanTensor, TensorId } from '../../plan/plan.ts';
import type { StepProfile } from '../../plan/step-profile.ts';
import { Arena, imageBytes } from './arena.ts';
import type { OpenDevice } from './device.ts';
import { dequantizeCodes, fromHalfQuads, toChannelsLast, toHalfQuads, toPlanar } from './layout.ts';
import type { PictureInput, PreparedPicture } from './picture-input.ts';
import {
  createBatchUniform,
  dispatchStep,
  freeStep,
  type PreparedStep,
  prepareStep,
  writeBatchSize,
} from './prepared-step.ts';
import { chosenVariant } from './variant-choice.ts';
import type { KernelChoice, VariantName } from './variant-names.ts';

export interface ExecutableOptions {
  /** Kernels for layer shapes. Shapes that it does not name get their default kernels. */
  readonly choice?: KernelChoice | undefined;
  /** Called with the share of the plan's steps that are ready, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * A plan compiled for a device. A run is one command buffer with one compute pass. All pipelines are compiled before the
 * first run, without blocking; later runs create no buffers unless the batch grows. Runs may overlap.
 */
export class WebGpuExecutable {
  #arena: Arena | undefined;
  /** The latest change of the arena; changes happen one at a time. */
  #growth: Promise<unknown> = Promise.resolve();

  readonly #device: GPUDevice;
  readonly #plan: Plan;
  readonly #steps: readonly PreparedStep[];
  readonly #batch: GPUBuffer;

  private constructor(device: GPUDevice, plan: Plan, steps: readonly PreparedStep[], batch: GPUBuffer) {
    this.#device = device;
    this.#plan = plan;
    this.#steps = steps;
    this.#batch = batch;
  }

  /**
   * Uploads weights and compiles all pipelines.
   * @throws HwgqError `out-of-memory` if the GPU's memory does not suffice, `unsupported` if a buffer exceeds the device's
   *   limits, `download` if a shader cannot be fetched; GPUPipelineError if the driver refuses a shader.
   */
  static async create(
    { device, capabilities }: OpenDevice,
    plan: Plan,
    { choice = {}, onProgress = () => {} }: ExecutableOptions = {},
  ): Promise<WebGpuExecutable> {
    let ready = 0;
    const batch = createBatchUniform(device);
    const { made: preparing, error } = inErrorScopes(device, () =>
      plan.steps.map(async (step) => {
        const prepared = await prepareStep(
          device,
          plan,
          step,
          (shape) => chosenVariant(shape, capabilities, choice),
          missingPart,
        );
        ready++;
        onProgress(ready / plan.steps.length);
        return prepared;
      }),
    );
    try {
      const [steps] = await Promise.all([Promise.all(preparing), error]);
      return new WebGpuExecutable(device, plan, steps, batch);
    } catch (error) {
      batch.destroy();
      for (const step of preparing) step.then(freeStep).catch(() => {});
      throw error;
    }
  }

  /** The plan that it runs. */
  get plan(): Plan {
    return this.#plan;
  }

  /** The convolutions' kernel variants by layer name. */
  get variants(): ReadonlyMap<string, VariantName> {
    return new Map(this.#steps.flatMap(({ kernel }) => (kernel.variant ? [[kernel.label, kernel.variant]] : [])));
  }

  /** Bytes of GPU memory that hold tensors, without weights. */
  get arenaBytes(): number {
    return this.#arena?.bytes ?? 0;
  }

  /**
   * Runs `count` planar images, which follow each other: integers or floats, as the plan's input requires.
   * @returns for each of the plan's outputs, `count` planar images.
   */
  async run(inputs: Int16Array | Float32Array, count: number): Promise<Float32Array[]> {
    const arena = await this.#arenaFor(count);
    this.#writeInputs(arena, inputs, count);
    return this.#compute(arena, count, () => {});
  }

  /**
   * Runs pictures of any sizes through a plan with integer input.
   * @returns the same as `run`.
   */
  async runPictures(input: PictureInput, pictures: readonly AnyPicture[]): Promise<Float32Array[]> {
    const count = pictures.length;
    const prepared: PreparedPicture[] = [];
    for (const picture of pictures) prepared.push(await input.prepare(picture));
    const arena = await this.#arenaFor(count);
    writeBatchSize(this.#device, this.#batch, count);
    const last = count - 1;
    for (const [image, picture] of prepared.slice(0, last).entries()) {
      const encoder = this.#device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      input.encode(pass, picture, arena.tensor(0), image);
      pass.end();
      this.#device.queue.submit([encoder.finish()]);
    }
    return this.#compute(arena, count, (pass) => {
      input.encode(pass, prepared[last] as PreparedPicture, arena.tensor(0), last);
    });
  }

  /**
   * Submits the plan's steps and reads the outputs back.
   * @param before encodes work that writes the input tensor.
   */
  async #compute(arena: Arena, count: number, before: (pass: GPUComputePassEncoder) => void): Promise<Float32Array[]> {
    const encoder = this.#device.createCommandEncoder();
    arena.clear(encoder);
    const pass = encoder.beginComputePass();
    before(pass);
    for (const [index, step] of this.#steps.entries()) {
      dispatchStep(pass, step, arena.bindGroups[index] as GPUBindGroup, count);
    }
    pass.end();
    const readback = arena.copyOutputs(encoder, count);
    this.#device.queue.submit([encoder.finish()]);
    await readback.mapAsync(GPUMapMode.READ);
    const data = readback.getMappedRange();
    let position = 0;
    const results = this.#plan.outputs.map((output) => {
      const tensor = this.#tensorAt(output);
      const size = count * imageBytes(tensor);
      const result = decoded(tensor, data, position, size / 4);
      position += size;
      return result;
    });
    arena.release(readback);
    return results;
  }

  /** Calls `profileSteps`, which is fetched on demand. */
  async profile(
    inputs: Int16Array | Float32Array,
    count: number,
    repeats: number,
  ): Promise<readonly StepProfile[] | undefined> {
    const { profileSteps } = await import('./profile.ts').catch(missingPart);
    const arena = await this.#arenaFor(count);
    this.#writeInputs(arena, inputs, count);
    return profileSteps(this.#device, this.#plan, this.#steps, arena, { count, repeats });
  }

  /** Frees all buffers, but not the device. */
  dispose(): void {
    this.#batch.destroy();
    for (const step of this.#steps) freeStep(step);
    this.#arena?.dispose();
    this.#arena = undefined;
  }

  async #arenaFor(count: number): Promise<Arena> {
    const arena = this.#growth.then(() => this.#grown(count));
    this.#growth = arena.catch(() => {});
    return arena;
  }

  async #grown(count: number): Promise<Arena> {
    if (this.#arena && this.#arena.capacity >= count) return this.#arena;
    const { made: arena, error } = inErrorScopes(
      this.#device,
      () => new Arena(this.#device, this.#plan, this.#steps, this.#batch, count),
    );
    try {
      await error;
    } catch (error) {
      arena.dispose();
      throw error;
    }
    // The implementation keeps buffers of running command buffers alive.
    this.#arena?.dispose();
    this.#arena = arena;
    return arena;
  }

  #writeInputs(arena: Arena, inputs: Int16Array | Float32Array, count: number): void {
    const input = this.#tensorAt(0);
    const pixels = input.kind === 'integers' ? toHalfQuads(inputs, input.shape) : toChannelsLast(inputs, input.shape);
    const { buffer, offset } = arena.tensor(0);
    writeBatchSize(this.#device, this.#batch, count);
    this.#device.queue.writeBuffer(buffer, offset, pixels);
  }

  #tensorAt(id: TensorId): PlanTensor {
    return this.#plan.tensors[id] as PlanTensor;
  }
}

/**
 * Creates buffers inside error scopes. `make` must create all of them synchronously, so that the scopes catch no errors of
 * other work on the device.
 * @returns the result of `make`, and a promise that rejects with HwgqError `out-of-memory` or `unsupported` if the GPU
 *   refused a buffer.
 */
function inErrorScopes<T>(device: GPUDevice, make: () => T): { readonly made: T; readonly error: Promise<void> } {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const made = make();
  const errors = Promise.all([device.popErrorScope(), device.popErrorScope()]);
  return {
    made,
    error: errors.then(([invalid, memory]) => {
      const remedy = "Use a smaller batch, or backend 'wasm'.";
      // A lack of memory also causes validation errors, so it is reported first.
      if (memory) throw new HwgqError('out-of-memory', `The GPU is out of memory: ${memory.message} ${remedy}`);
      if (!invalid) return;
      throw new HwgqError('unsupported', `The GPU cannot hold this network: ${invalid.message} ${remedy}`, {
        backend: 'webgpu',
      });
    }),
  };
}

function decoded(tensor: PlanTensor, data: ArrayBuffer, offset: number, length: number): Float32Array {
  switch (tensor.kind) {
    case 'codes':
      return dequantizeCodes(new Uint32Array(data, offset, length), tensor.shape, tensor.bits, tensor.levels);
    case 'integers':
      return fromHalfQuads(new Uint16Array(data, offset, 2 * length), tensor.shape, tensor.unit);
    case 'floats':
      return toPlanar(new Float32Array(data, offset, length), tensor.shape, 1);
  }
}
