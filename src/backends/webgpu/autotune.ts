import { inputsOf, outputsOf } from '../../plan/fuse.ts';
import type { Plan, PlanTensor, TensorId } from '../../plan/plan.ts';
import { imageBytes } from './arena.ts';
import type { OpenDevice } from './device.ts';
import { bindStep, createFrame, dispatchStep, type PreparedStep, prepareStep } from './prepared-step.ts';
import { StepTimer } from './step-timer.ts';
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
  readonly milliseconds: number;
  /** Whether it gave what the first variant gave; one that does not is never chosen. */
  readonly isRight: boolean;
}

export interface Autotuned {
  /** The fastest variant of each shape: what a session takes as `kernelChoice`. */
  readonly choice: Readonly<Record<string, VariantName>>;
  readonly timings: readonly VariantTiming[];
}

/** Dispatches of one timing where passes cannot be timed, so that the wait for them weighs little. */
const DISPATCHES = 16;
/** Relative to the largest result. */
const FLOAT_TOLERANCE = 1e-5;

/** Words of codes, or floats. */
type Results = Uint32Array | Float32Array;

/**
 * Times every variant of each of a plan's convolution shapes on a device, by timestamp queries where it has them and
 * otherwise by the clock over several dispatches. The variants' results are compared too.
 * @throws the signal's reason where it aborts.
 */
export async function autotune(open: OpenDevice, plan: Plan, options: AutotuneOptions = {}): Promise<Autotuned> {
  const { count = 1, repeats = 5, onProgress = () => {}, signal } = options;
  const candidates = convolutionShapes(plan)
    .map((shape) => ({ shape, variants: variantsOf(shape, open.capabilities) }))
    .filter(({ variants }) => variants.length > 1);
  const total = candidates.reduce((sum, { variants }) => sum + variants.length, 0);
  const timings: VariantTiming[] = [];
  const choice: Record<string, VariantName> = {};
  for (const { shape, variants } of candidates) {
    const bench = new ShapeBench(open.device, plan, shape, count);
    try {
      let truth: Results | undefined;
      let fastest = Number.POSITIVE_INFINITY;
      for (const variant of variants) {
        signal?.throwIfAborted();
        const { milliseconds, output } = await bench.time(variant, repeats);
        truth ??= output;
        const isRight = isNearly(output, truth);
        timings.push({ shape: shapeKey(shape), variant: variant.name, milliseconds, isRight });
        if (isRight && milliseconds < fastest) {
          fastest = milliseconds;
          choice[shapeKey(shape)] = variant.name;
        }
        onProgress(timings.length / total);
      }
    } finally {
      bench.dispose();
    }
  }
  return { choice, timings };
}

/** Sums of floats may round differently, and here and there make another code. */
function isNearly(output: Results, truth: Results): boolean {
  const tolerance =
    truth instanceof Float32Array
      ? FLOAT_TOLERANCE * truth.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      : 0;
  let wrong = 0;
  for (const [index, value] of output.entries()) {
    if (!(Math.abs(value - (truth[index] as number)) <= tolerance)) wrong++;
  }
  return wrong <= output.length / 1000;
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

  async time(variant: Variant, repeats: number): Promise<{ milliseconds: number; output: Results }> {
    const { device, plan, shape, frame } = this;
    const prepared = await prepareStep(device, plan, shape.step, () => variant);
    const bindGroup = bindStep(device, prepared, frame, (id) => ({ buffer: this.buffer(id) }));
    // The first run is not timed: a driver may compile only then.
    await this.run(prepared, bindGroup, undefined);
    const timer = StepTimer.create(device, 1);
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) times.push(await this.run(prepared, bindGroup, timer));
    timer?.dispose();
    for (const buffer of prepared.constants.values()) buffer.destroy();
    return { milliseconds: times.sort((a, b) => a - b)[Math.floor(repeats / 2)] ?? 0, output: await this.output() };
  }

  dispose(): void {
    for (const buffer of [this.frame, this.readback, ...this.tensors.values()]) buffer.destroy();
  }

  private async run(step: PreparedStep, bindGroup: GPUBindGroup, timer: StepTimer | undefined): Promise<number> {
    const { device, count } = this;
    const encoder = device.createCommandEncoder();
    if (step.kernel.cleared !== undefined) encoder.clearBuffer(this.buffer(step.kernel.cleared));
    const pass = encoder.beginComputePass(timer?.pass(0));
    const dispatches = timer ? 1 : DISPATCHES;
    for (let dispatch = 0; dispatch < dispatches; dispatch++) dispatchStep(pass, step, bindGroup, count);
    pass.end();
    timer?.resolve(encoder);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    if (timer) return (await timer.read())[0] ?? 0;
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / dispatches;
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
