import { missingPart } from '../../errors.ts';
import type { Plan, PlanTensor, TensorId } from '../../plan/plan.ts';
import { inputsOf, outputsOf } from '../../plan/step-tensors.ts';
import { imageBytes } from './arena.ts';
import { toHalfQuads } from './layout.ts';
import {
  bindStep,
  createBatchUniform,
  dispatchStep,
  freeStep,
  type PreparedStep,
  prepareStep,
  writeBatchSize,
} from './prepared-step.ts';
import { StepTimer } from './step-timer.ts';
import { CLOCK_LONG_ENOUGH, TIMESTAMPS_LONG_ENOUGH, timedRepeats } from './timed-repeats.ts';
import type { ConvolutionShape, Variant } from './variants.ts';

/** Words of codes, or floats. */
export type KernelResults = Uint32Array | Float32Array;

/** Runs the variants of one convolution by itself, with random input. */
export class ShapeBench {
  readonly #device: GPUDevice;
  readonly #plan: Plan;
  readonly #shape: ConvolutionShape;
  readonly #batchSize: number;
  readonly #batch: GPUBuffer;
  readonly #tensors: ReadonlyMap<TensorId, GPUBuffer>;
  readonly #result: TensorId;
  readonly #readback: GPUBuffer;

  constructor(device: GPUDevice, plan: Plan, shape: ConvolutionShape, batchSize: number) {
    this.#device = device;
    this.#plan = plan;
    this.#shape = shape;
    this.#batchSize = batchSize;
    this.#batch = createBatchUniform(device);
    writeBatchSize(device, this.#batch, batchSize);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const bufferOf = (id: TensorId) => device.createBuffer({ size: batchSize * imageBytes(this.#tensor(id)), usage });
    const [inputs, outputs] = [inputsOf(shape.step), outputsOf(shape.step)];
    this.#tensors = new Map([...inputs, ...outputs].map((id) => [id, bufferOf(id)]));
    for (const id of inputs) device.queue.writeBuffer(this.#buffer(id), 0, randomTensor(this.#tensor(id), batchSize));
    this.#result = outputs[0] as TensorId;
    const { size } = this.#buffer(this.#result);
    this.#readback = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  /**
   * Times a variant.
   * @param repeats timings; the result is their median.
   * @param hopeless milliseconds; a variant that takes longer is timed once.
   * @throws HwgqError `download` if the shader cannot be fetched; Error if the device refuses the variant.
   */
  async time(
    variant: Variant,
    repeats: number,
    hopeless: number,
  ): Promise<{ milliseconds: number; results: KernelResults }> {
    const device = this.#device;
    return inErrorScopes(device, async () => {
      const step = await prepareStep(device, this.#plan, this.#shape.step, () => variant, missingPart);
      const timer = StepTimer.create(device, 1);
      try {
        this.#clearOutputs();
        const bindGroup = bindStep(device, step, this.#batch, (id) => ({ buffer: this.#buffer(id) }));
        const run = (dispatches: number) => this.#run(step, bindGroup, timer, dispatches);
        // Some drivers compile in the first run.
        await run(1);
        const longEnough = timer ? TIMESTAMPS_LONG_ENOUGH : CLOCK_LONG_ENOUGH;
        const first = await run(1);
        if (first > Math.max(hopeless, longEnough)) return { milliseconds: first, results: await this.#results() };
        const [times = []] = await timedRepeats(1, repeats, longEnough, async ([often = 1]) => [await run(often)]);
        const sorted = [...times].sort((a, b) => a - b);
        return { milliseconds: sorted[Math.floor(sorted.length / 2)] ?? 0, results: await this.#results() };
      } finally {
        timer?.dispose();
        freeStep(step);
      }
    });
  }

  dispose(): void {
    for (const buffer of [this.#batch, this.#readback, ...this.#tensors.values()]) buffer.destroy();
  }

  /** Clears the previous variant's results, so that results that this one does not write are noticed. */
  #clearOutputs(): void {
    const encoder = this.#device.createCommandEncoder();
    for (const id of outputsOf(this.#shape.step)) encoder.clearBuffer(this.#buffer(id));
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Dispatches the step several times in one pass, each with the same results, and returns the milliseconds of all. */
  async #run(
    step: PreparedStep,
    bindGroup: GPUBindGroup,
    timer: StepTimer | undefined,
    dispatches: number,
  ): Promise<number> {
    const device = this.#device;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(timer?.pass(0));
    for (let dispatch = 0; dispatch < dispatches; dispatch++) dispatchStep(pass, step, bindGroup, this.#batchSize);
    pass.end();
    timer?.resolve(encoder);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    if (timer) return (await timer.read())[0] ?? 0;
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  }

  async #results(): Promise<KernelResults> {
    const [device, readback] = [this.#device, this.#readback];
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#buffer(this.#result), 0, readback, 0, readback.size);
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(GPUMapMode.READ);
    const data = readback.getMappedRange().slice();
    readback.unmap();
    return this.#tensor(this.#result).kind === 'codes' ? new Uint32Array(data) : new Float32Array(data);
  }

  #buffer(id: TensorId): GPUBuffer {
    return this.#tensors.get(id) as GPUBuffer;
  }

  #tensor(id: TensorId): PlanTensor {
    return this.#plan.tensors[id] as PlanTensor;
  }
}

/** Errors that a device reports only to error scopes. */
const ERROR_FILTERS: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];

/** Awaits work on a device, and throws an error that the device reports for it. */
async function inErrorScopes<T>(device: GPUDevice, work: () => Promise<T>): Promise<T> {
  for (const filter of ERROR_FILTERS) device.pushErrorScope(filter);
  const done = work();
  // The scopes must end before a failure is thrown.
  await done.catch(() => {});
  const errors = await Promise.all(ERROR_FILTERS.map(() => device.popErrorScope()));
  const result = await done;
  const error = errors.find((reported) => reported !== null);
  if (error) throw new Error(error.message);
  return result;
}

function randomTensor(tensor: PlanTensor, batchSize: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array((batchSize * imageBytes(tensor)) / 4);
  if (tensor.kind === 'integers') {
    const { channels, height, width } = tensor.shape;
    const planar = new Int16Array(batchSize * channels * height * width);
    const integers = planar.map(() => Math.round((2 * Math.random() - 1) * tensor.largest));
    return new Uint32Array(toHalfQuads(integers, tensor.shape).buffer);
  }
  if (tensor.kind === 'floats') return new Uint32Array(Float32Array.from(words, Math.random).buffer);
  // Tensors of codes have zeros in the unused bits of the last word.
  const { channels } = tensor.shape;
  const used = channels % 32 === 0 ? ~0 : 2 ** (channels % 32) - 1;
  const row = Math.ceil(channels / 32) * tensor.bits;
  return words.map((_, index) => {
    const isLast = index % row >= row - tensor.bits;
    return (Math.random() * 2 ** 32) & (isLast ? used : ~0);
  });
}
