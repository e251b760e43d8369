import { HwgqError, missingPart } from '../../errors.ts';
import type { Plan, PlanTensor, TensorId } from '../../plan/plan.ts';
import type { StepProfile } from '../../plan/step-profile.ts';
import { Arena, imageBytes } from './arena.ts';
import type { OpenDevice } from './device.ts';
import { fromPixels, levelsFromCodes, toPixels } from './layout.ts';
import type { PictureInput, PreparedPicture, SourcePicture } from './picture-input.ts';
import { createFrame, dispatchStep, freeStep, type PreparedStep, prepareStep } from './prepared-step.ts';
import { chosenVariant, type KernelChoice, type VariantName } from './variants.ts';

export interface ExecutableOptions {
  /** Which kernels run which shapes; shapes that it does not name get the usual ones. */
  readonly choice?: KernelChoice;
  /** How many of the plan's steps are ready, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/**
 * A plan made ready on a device: one run is one command buffer of one compute pass. All pipelines exist before the
 * first run, compiled without blocking; after it runs make no buffers. Runs may overlap.
 */
export class WebGpuExecutable {
  private arena: Arena | undefined;
  /** The arena's latest change: one at a time. */
  private growth: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly device: GPUDevice,
    private readonly plan: Plan,
    private readonly steps: readonly PreparedStep[],
    private readonly frame: GPUBuffer,
  ) {}

  /**
   * Uploads weights and compiles all pipelines.
   * @throws HwgqError `out-of-memory` where the GPU has no room, `unsupported` where a buffer is beyond its limits.
   */
  static async create(
    { device, capabilities }: OpenDevice,
    plan: Plan,
    { choice = {}, onProgress = () => {} }: ExecutableOptions = {},
  ): Promise<WebGpuExecutable> {
    let ready = 0;
    const frame = createFrame(device);
    const { made: preparing, error } = refusals(device, () =>
      plan.steps.map(async (step) => {
        const prepared = await prepareStep(device, plan, step, (shape) => chosenVariant(shape, capabilities, choice));
        ready++;
        onProgress(ready / plan.steps.length);
        return prepared;
      }),
    );
    try {
      const [steps] = await Promise.all([Promise.all(preparing), error]);
      return new WebGpuExecutable(device, plan, steps, frame);
    } catch (error) {
      frame.destroy();
      for (const step of preparing) step.then(freeStep).catch(() => {});
      throw error;
    }
  }

  /** The convolutions' variants, by the layer's name. */
  get variants(): ReadonlyMap<string, VariantName> {
    return new Map(this.steps.flatMap(({ kernel }) => (kernel.variant ? [[kernel.label, kernel.variant]] : [])));
  }

  /** Bytes of the GPU's memory that hold tensors; weights are not among them. */
  get arenaBytes(): number {
    return this.arena?.bytes ?? 0;
  }

  /**
   * Runs `count` images, planar and back to back: whole numbers or floats, as the plan's input is.
   * @returns one array for each of the plan's outputs: `count` planar images.
   */
  async run(inputs: Int16Array | Float32Array, count: number): Promise<Float32Array[]> {
    const arena = await this.arenaFor(count);
    this.writeInputs(arena, inputs, count);
    return this.compute(arena, count, () => {});
  }

  /**
   * Runs pictures, of any sizes, through a plan whose input is whole numbers.
   * @returns as `run`.
   */
  async runPictures(input: PictureInput, pictures: readonly SourcePicture[]): Promise<Float32Array[]> {
    const count = pictures.length;
    const prepared: PreparedPicture[] = [];
    for (const picture of pictures) prepared.push(await input.prepare(picture));
    const arena = await this.arenaFor(count);
    this.device.queue.writeBuffer(this.frame, 0, Uint32Array.of(count));
    const last = count - 1;
    for (const [image, picture] of prepared.slice(0, last).entries()) {
      const encoder = this.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      input.encode(pass, picture, arena.tensor(0), image);
      pass.end();
      this.device.queue.submit([encoder.finish()]);
    }
    return this.compute(arena, count, (pass) => {
      input.encode(pass, prepared[last] as PreparedPicture, arena.tensor(0), last);
    });
  }

  /** One submit, from the input tensor, or what `before` makes it of, to the outputs in memory. */
  private async compute(
    arena: Arena,
    count: number,
    before: (pass: GPUComputePassEncoder) => void,
  ): Promise<Float32Array[]> {
    const encoder = this.device.createCommandEncoder();
    arena.clear(encoder);
    const pass = encoder.beginComputePass();
    before(pass);
    for (const [index, step] of this.steps.entries()) {
      dispatchStep(pass, step, arena.bindGroups[index] as GPUBindGroup, count);
    }
    pass.end();
    const readback = arena.copyOutputs(encoder, count);
    this.device.queue.submit([encoder.finish()]);
    await readback.mapAsync(GPUMapMode.READ);
    const data = readback.getMappedRange();
    let place = 0;
    const results = this.plan.outputs.map((output) => {
      const tensor = this.tensorAt(output);
      const size = count * imageBytes(tensor);
      const result = decoded(tensor, data, place, size / 4);
      place += size;
      return result;
    });
    arena.release(readback);
    return results;
  }

  /** As `profileSteps`, which most pages do without. */
  async profile(
    inputs: Int16Array | Float32Array,
    count: number,
    repeats: number,
  ): Promise<readonly StepProfile[] | undefined> {
    const { profileSteps } = await import('./profile.ts').catch(missingPart);
    const arena = await this.arenaFor(count);
    this.writeInputs(arena, inputs, count);
    return profileSteps(this.device, this.plan, this.steps, arena, { count, repeats });
  }

  /** Frees all buffers. The device stays. */
  dispose(): void {
    this.frame.destroy();
    for (const step of this.steps) freeStep(step);
    this.arena?.dispose();
    this.arena = undefined;
  }

  private async arenaFor(count: number): Promise<Arena> {
    const arena = this.growth.then(() => this.grown(count));
    this.growth = arena.catch(() => {});
    return arena;
  }

  private async grown(count: number): Promise<Arena> {
    if (this.arena && this.arena.capacity >= count) return this.arena;
    const { made: arena, error } = refusals(
      this.device,
      () => new Arena(this.device, this.plan, this.steps, this.frame, count),
    );
    try {
      await error;
    } catch (error) {
      arena.dispose();
      throw error;
    }
    // Buffers of runs under way live until they have ended.
    this.arena?.dispose();
    this.arena = arena;
    return arena;
  }

  private writeInputs(arena: Arena, inputs: Int16Array | Float32Array, count: number): void {
    const input = this.tensorAt(0);
    const pixels = input.kind === 'integers' ? new Int32Array(inputs.length) : new Float32Array(inputs.length);
    const { buffer, offset } = arena.tensor(0);
    this.device.queue.writeBuffer(this.frame, 0, Uint32Array.of(count));
    this.device.queue.writeBuffer(buffer, offset, toPixels(inputs, pixels, input.shape));
  }

  private tensorAt(id: TensorId): PlanTensor {
    return this.plan.tensors[id] as PlanTensor;
  }
}

/**
 * Makes buffers, all before it waits for anything: what others do on the device meanwhile is not held against them.
 * @returns what it made, and a promise that rejects with HwgqError `out-of-memory` or `unsupported` where the GPU refused
 *   some of it.
 */
function refusals<T>(device: GPUDevice, make: () => T): { readonly made: T; readonly error: Promise<void> } {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const made = make();
  const errors = Promise.all([device.popErrorScope(), device.popErrorScope()]);
  return {
    made,
    error: errors.then(([invalid, memory]) => {
      const remedy = "Use a smaller batch, or backend 'wasm'.";
      // What is invalid for want of memory is so because of the want.
      if (memory) throw new HwgqError('out-of-memory', `The GPU has no room: ${memory.message} ${remedy}`);
      if (!invalid) return;
      throw new HwgqError('unsupported', `The GPU does not take this network: ${invalid.message} ${remedy}`, {
        backend: 'webgpu',
      });
    }),
  };
}

function decoded(tensor: PlanTensor, data: ArrayBuffer, offset: number, length: number): Float32Array {
  switch (tensor.kind) {
    case 'codes':
      return levelsFromCodes(new Uint32Array(data, offset, length), tensor.shape, tensor.bits, tensor.levels);
    case 'integers':
      return fromPixels(new Int32Array(data, offset, length), tensor.shape, tensor.unit);
    case 'floats':
      return fromPixels(new Float32Array(data, offset, length), tensor.shape, 1);
  }
}
