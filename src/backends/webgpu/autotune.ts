import { HwgqError, messageOf } from '../../errors.ts';
import type { Convolution, Plan, PlanTensor, TensorId } from '../../plan/plan.ts';
import { inputsOf, outputsOf } from '../../plan/step-tensors.ts';
import { imageBytes } from './arena.ts';
import type { OpenDevice } from './device.ts';
import { bindStep, createFrame, dispatchStep, freeStep, type PreparedStep, prepareStep } from './prepared-step.ts';
import { StepTimer } from './step-timer.ts';
import { CLOCK_LONG_ENOUGH, TIMESTAMPS_LONG_ENOUGH, timedRepeats } from './timed-repeats.ts';
import {
  type ConvolutionShape,
  convolutionShapes,
  shapeKey,
  type Variant,
  type VariantName,
  variantsOf,
} from './variants.ts';

export interface AutotuneOptions {
  /** Images of a run. Default: 1. */
  readonly count?: number;
  /** Timings of each variant, the median of which decides. Default: 5. */
  readonly repeats?: number;
  /** How many of all variants have been timed, 0 to 1. */
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** How long one variant took on one shape. */
export interface VariantTiming {
  /** `shapeKey` of the shape. */
  readonly shape: string;
  readonly variant: VariantName;
  /** Absent where it did not run. */
  readonly milliseconds?: number;
  /** Why it is never chosen: the driver refused it, or it gave something else than the first variant that ran. */
  readonly failure?: string;
}

export interface Autotuned {
  /** The fastest variant of each shape: what a session takes as `kernelChoice`. */
  readonly choice: Readonly<Record<string, VariantName>>;
  readonly timings: readonly VariantTiming[];
}

/** A kernel so many times slower than another is timed once: it will not be the fastest. */
const HOPELESS = 8;
/** Relative to the largest result. */
const FLOAT_TOLERANCE = 1e-5;
/** Of results that a rounding can turn into others. */
const WRONG_SHARE = 1e-3;
/** What a device refuses, unless somebody asks, without a word to who asked for it. */
const REFUSALS: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];

/** Words of codes, or floats. */
type Results = Uint32Array | Float32Array;

/**
 * Times every variant of each of a plan's convolution shapes on a device, by timestamp queries where it has them and
 * otherwise by the clock, and compares their results. A variant that fails is passed over.
 * @throws HwgqError `device-lost`; the signal's reason where it aborts.
 */
export async function autotune(open: OpenDevice, plan: Plan, options: AutotuneOptions = {}): Promise<Autotuned> {
  const { count = 1, repeats = 5, onProgress = () => {}, signal } = options;
  const { device, capabilities } = open;
  const candidates = convolutionShapes(plan).map((shape) => ({ shape, variants: variantsOf(shape, capabilities) }));
  const total = candidates.reduce((sum, { variants }) => sum + variants.length, 0);
  const timings: VariantTiming[] = [];
  const choice: Record<string, VariantName> = {};
  for (const { shape, variants } of candidates) {
    const bench = new ShapeBench(device, plan, shape, count);
    const key = shapeKey(shape);
    try {
      let truth: Results | undefined;
      let fastest = Number.POSITIVE_INFINITY;
      for (const variant of variants) {
        signal?.throwIfAborted();
        const named = { shape: key, variant: variant.name };
        try {
          const { milliseconds, output } = await bench.time(variant, repeats, HOPELESS * fastest);
          truth ??= output;
          if (!isSame(output, truth, shape.step)) {
            timings.push({ ...named, milliseconds, failure: 'It gives something else than the first variant.' });
          } else {
            timings.push({ ...named, milliseconds });
            if (milliseconds < fastest) choice[key] = variant.name;
            fastest = Math.min(fastest, milliseconds);
          }
        } catch (error) {
          await throwIfLost(device);
          timings.push({ ...named, failure: messageOf(error) });
        }
        onProgress(timings.length / total);
      }
    } finally {
      bench.dispose();
    }
  }
  return { choice, timings };
}

/** Whole sums are exact; float sums may round differently, and here and there make another code. */
function isSame(output: Results, truth: Results, { kind, epilogue }: Convolution): boolean {
  const tolerance =
    truth instanceof Float32Array
      ? FLOAT_TOLERANCE * truth.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      : 0;
  let wrong = 0;
  for (const [index, value] of output.entries()) {
    if (!(Math.abs(value - (truth[index] as number)) <= tolerance)) wrong++;
  }
  const isExact = kind !== 'floatConvolution' && (epilogue.kind === 'codes' || truth instanceof Float32Array);
  return wrong <= (isExact ? 0 : WRONG_SHARE * output.length);
}

/** Does work on a device, and throws what the device refused of it. */
async function strictly<T>(device: GPUDevice, work: () => Promise<T>): Promise<T> {
  for (const kind of REFUSALS) device.pushErrorScope(kind);
  const done = work();
  // Work that failed says why itself.
  await done.catch(() => {});
  const errors = await Promise.all(REFUSALS.map(() => device.popErrorScope()));
  const result = await done;
  const error = errors.find((found) => found !== null);
  if (error) throw new Error(error.message);
  return result;
}

async function throwIfLost(device: GPUDevice): Promise<void> {
  const loss = await Promise.race([device.lost, undefined]);
  if (loss)
    throw new HwgqError('device-lost', `The GPU went away while its kernels were timed: ${loss.message} Try again.`);
}

/** One convolution by itself, over random input. */
class ShapeBench {
  private readonly frame: GPUBuffer;
  private readonly tensors: ReadonlyMap<TensorId, GPUBuffer>;
  private readonly result: TensorId;
  private readonly readback: GPUBuffer;

  constructor(
    private readonly device: GPUDevice,
    private readonly plan: Plan,
    private readonly shape: ConvolutionShape,
    private readonly count: number,
  ) {
    const { step } = shape;
    this.frame = createFrame(device);
    device.queue.writeBuffer(this.frame, 0, Uint32Array.of(count));
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const bufferOf = (id: number) => device.createBuffer({ size: count * imageBytes(this.tensor(id)), usage });
    const [inputs, outputs] = [inputsOf(step), outputsOf(step)];
    this.tensors = new Map([...inputs, ...outputs].map((id) => [id, bufferOf(id)]));
    for (const id of inputs) device.queue.writeBuffer(this.buffer(id), 0, randomTensor(this.tensor(id), count));
    this.result = outputs[0] as TensorId;
    const { size } = this.buffer(this.result);
    this.readback = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  /**
   * @param hopeless milliseconds from which on the first time is as good as any.
   * @throws Error where the device refuses the variant.
   */
  async time(variant: Variant, repeats: number, hopeless: number): Promise<{ milliseconds: number; output: Results }> {
    const { device, plan, shape } = this;
    return strictly(device, async () => {
      const step = await prepareStep(device, plan, shape.step, () => variant);
      const timer = StepTimer.create(device, 1);
      try {
        this.clearOutputs();
        const bindGroup = bindStep(device, step, this.frame, (id) => ({ buffer: this.buffer(id) }));
        const run = (dispatches: number) => this.run(step, bindGroup, timer, dispatches);
        // A driver may compile only in the first run.
        await run(1);
        const longEnough = timer ? TIMESTAMPS_LONG_ENOUGH : CLOCK_LONG_ENOUGH;
        const first = await run(1);
        if (first > Math.max(hopeless, longEnough)) return { milliseconds: first, output: await this.output() };
        const [times = []] = await timedRepeats(1, repeats, longEnough, async ([often = 1]) => [await run(often)]);
        const sorted = [...times].sort((a, b) => a - b);
        return { milliseconds: sorted[Math.floor(sorted.length / 2)] ?? 0, output: await this.output() };
      } finally {
        timer?.dispose();
        freeStep(step);
      }
    });
  }

  dispose(): void {
    for (const buffer of [this.frame, this.readback, ...this.tensors.values()]) buffer.destroy();
  }

  /** What a variant does not write is not to be taken from the one before. */
  private clearOutputs(): void {
    const encoder = this.device.createCommandEncoder();
    for (const id of outputsOf(this.shape.step)) encoder.clearBuffer(this.buffer(id));
    this.device.queue.submit([encoder.finish()]);
  }

  /** So many dispatches in one pass: what they write they write again. @returns milliseconds of all of them. */
  private async run(
    step: PreparedStep,
    bindGroup: GPUBindGroup,
    timer: StepTimer | undefined,
    dispatches: number,
  ): Promise<number> {
    const { device, count } = this;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(timer?.pass(0));
    for (let dispatch = 0; dispatch < dispatches; dispatch++) dispatchStep(pass, step, bindGroup, count);
    pass.end();
    timer?.resolve(encoder);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    if (timer) return (await timer.read())[0] ?? 0;
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  }

  private async output(): Promise<Results> {
    const { device, readback } = this;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.buffer(this.result), 0, readback, 0, readback.size);
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(GPUMapMode.READ);
    const data = readback.getMappedRange().slice();
    readback.unmap();
    return this.tensor(this.result).kind === 'codes' ? new Uint32Array(data) : new Float32Array(data);
  }

  private buffer(id: TensorId): GPUBuffer {
    return this.tensors.get(id) as GPUBuffer;
  }

  private tensor(id: TensorId): PlanTensor {
    return this.plan.tensors[id] as PlanTensor;
  }
}

function randomTensor(tensor: PlanTensor, count: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array((count * imageBytes(tensor)) / 4);
  if (tensor.kind === 'integers') return words.map(() => Math.round((2 * Math.random() - 1) * tensor.largest));
  if (tensor.kind === 'floats') return new Uint32Array(Float32Array.from(words, Math.random).buffer);
  // Unused bits of a last word are 0, as in every tensor of codes.
  const { channels } = tensor.shape;
  const used = channels % 32 === 0 ? ~0 : 2 ** (channels % 32) - 1;
  const row = Math.ceil(channels / 32) * tensor.bits;
  return words.map((_, index) => {
    const isLast = index % row >= row - tensor.bits;
    return (Math.random() * 2 ** 32) & (isLast ? used : ~0);
  });
}
