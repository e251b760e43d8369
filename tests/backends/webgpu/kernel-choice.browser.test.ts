import { afterEach, expect, it, vi } from 'vitest';
import cifarsmallUrl from '../../../models/cifarsmall.hwgq?url';
import lenetUrl from '../../../models/lenet.hwgq?url';
import { type OpenDevice, openDevice } from '../../../src/backends/webgpu/device.ts';
import { WebGpuExecutable } from '../../../src/backends/webgpu/executable.ts';
import { StepTimer } from '../../../src/backends/webgpu/step-timer.ts';
import type { KernelChoice } from '../../../src/backends/webgpu/variant-names.ts';
import { convolutionShapes, shapeKey, variantsOf } from '../../../src/backends/webgpu/variants.ts';
import { autotuneModel } from '../../../src/engine/autotune-model.ts';
import { createSession } from '../../../src/engine/session.ts';
import { scoresBlob } from '../../../src/graph/scores.ts';
import { elementCount } from '../../../src/graph/shapes.ts';
import { decodeModel } from '../../../src/model/decode.ts';
import type { Model } from '../../../src/model/model.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { planGraph } from '../../../src/plan/plan-graph.ts';
import { randomNumbers } from '../../support/small-graph.ts';

const model = await load(cifarsmallUrl);
const plan = planOf(model);
/** A small network whose kernels compile quickly. */
const small = await load(lenetUrl);
const open = await openDevice(navigator.gpu, undefined);
const random = randomNumbers(3);
const pixels = Int16Array.from(
  { length: 4 * elementCount(model.graph.input.shape) },
  () => Math.floor(random() * 200) - 100,
);

/** Bytes of one pass's timestamps; larger reads are results. */
const TIMES_BYTES = 16;

async function load(url: string): Promise<Model> {
  return decodeModel(new Uint8Array(await (await fetch(url)).arrayBuffer()));
}

function planOf({ graph, preprocessing }: Model): Plan {
  return planGraph(graph, { kind: 'integers', unit: preprocessing.scale }, [scoresBlob(graph)]);
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** Rounds the times of passes down to milliseconds, as coarse for this adapter as browsers are for a GPU. */
function blurTimer(): void {
  const read = StepTimer.prototype.read;
  vi.spyOn(StepTimer.prototype, 'read').mockImplementation(async function (this: StepTimer) {
    return (await read.call(this)).map(Math.floor);
  });
}

/** Returns the workgroups of each dispatch of a run. */
async function dispatched({ device, ...rest }: OpenDevice, choice: KernelChoice): Promise<string[]> {
  const executable = await WebGpuExecutable.create({ device, ...rest }, plan, { choice });
  const seen: string[] = [];
  const original = GPUComputePassEncoder.prototype.dispatchWorkgroups;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (x, y, z) {
    seen.push(`${x}×${y}`);
    return original.call(this, x, y, z);
  };
  await executable.run(pixels.subarray(0, pixels.length / 4), 1).finally(() => {
    GPUComputePassEncoder.prototype.dispatchWorkgroups = original;
  });
  executable.dispose();
  return seen;
}

it('dispatches the kernels of a choice, and default kernels for other shapes', async () => {
  const shape = convolutionShapes(plan).find(({ step }) => step.kind === 'binaryConvolution');
  if (!shape) throw new Error('the model has no binary convolution');
  const layer = shape.step.layer;
  const usual = await WebGpuExecutable.create(open, plan);
  for (const { name } of variantsOf(shape, open.capabilities)) {
    const chosen = await WebGpuExecutable.create(open, plan, { choice: { [shapeKey(shape)]: name } });
    expect(chosen.variants.get(layer)).toBe(name);
    const others = [...chosen.variants].filter(([other]) => usual.variants.get(other) !== chosen.variants.get(other));
    expect(others.length).toBeLessThanOrEqual(1);
    chosen.dispose();
  }
  usual.dispose();
  const [channels, splitK] = [
    await dispatched(open, { [shapeKey(shape)]: 'channels-8' }),
    await dispatched(open, { [shapeKey(shape)]: 'split-k-8' }),
  ];
  const changed = channels.filter((groups, index) => groups !== splitK[index]);
  expect(channels.length).toBe(plan.steps.length);
  expect(changed.length).toBe(1);
});

it('times every variant in an autotune, finds their results equal, and returns a choice that sessions accept', async () => {
  const shares: number[] = [];
  const { choice, timings, adapter } = await autotuneModel(small, {
    repeats: 1,
    onProgress: (done) => shares.push(done),
  });
  expect(adapter.isFallbackAdapter).toBe(true);
  expect(timings.filter(({ failure }) => failure !== undefined)).toEqual([]);
  expect(shares.at(-1)).toBe(1);
  for (const [key, name] of Object.entries(choice)) {
    const ofShape = timings.filter(({ shape }) => shape === key);
    const best = Math.min(...ofShape.map(({ milliseconds = Number.NaN }) => milliseconds));
    expect(ofShape.find(({ variant }) => variant === name)?.milliseconds).toBe(best);
  }
  const stored: KernelChoice = JSON.parse(JSON.stringify(choice));
  const smallPlan = planOf(small);
  const executable = await WebGpuExecutable.create(open, smallPlan, { choice: stored });
  for (const shape of convolutionShapes(smallPlan)) {
    expect(executable.variants.get(shape.step.layer)).toBe(stored[shapeKey(shape)]);
  }
  executable.dispose();
});

it('measures times in an autotune and a profile that are shorter than the timer resolves', async () => {
  blurTimer();
  const { timings } = await autotuneModel(small, { repeats: 1 });
  expect(timings.filter(({ milliseconds = 0 }) => milliseconds <= 0)).toEqual([]);
  const executable = await WebGpuExecutable.create(open, planOf(small));
  const profile = await executable.profile(new Int16Array(elementCount(small.graph.input.shape)), 1, 1);
  expect(profile?.length).toBeGreaterThan(0);
  expect(profile?.filter(({ milliseconds }) => milliseconds <= 0)).toEqual([]);
  executable.dispose();
});

it('times a kernel only once in an autotune if it is far slower than another', async () => {
  const timers: StepTimer[] = [];
  const reads = new Map<StepTimer, number>();
  vi.spyOn(StepTimer.prototype, 'read').mockImplementation(async function (this: StepTimer) {
    if (!reads.has(this)) timers.push(this);
    reads.set(this, (reads.get(this) ?? 0) + 1);
    return [10 ** timers.length];
  });
  const { timings } = await autotuneModel(small, { repeats: 5 });
  for (const shape of new Set(timings.map((timing) => timing.shape))) {
    const ofShape = timings.flatMap((timing, index) => (timing.shape === shape ? [timers[index] as StepTimer] : []));
    const [first, ...slower] = ofShape.map((timer) => reads.get(timer));
    expect(first).toBeGreaterThan(5);
    // The first run may include compilation.
    expect(slower).toEqual(slower.map(() => 2));
  }
});

it('skips kernels in an autotune that the driver refuses', async () => {
  const create = GPUDevice.prototype.createComputePipelineAsync;
  let made = 0;
  vi.spyOn(GPUDevice.prototype, 'createComputePipelineAsync').mockImplementation(function (
    this: GPUDevice,
    descriptor,
  ) {
    if (made++ % 3 === 0) return Promise.reject(new Error('The driver does not know this instruction.'));
    return create.call(this, descriptor);
  });
  const { choice, timings } = await autotuneModel(small, { repeats: 1 });
  const refused = timings.filter(({ failure }) => failure !== undefined);
  expect(new Set(refused.map(({ failure }) => failure))).toEqual(
    new Set(['The driver does not know this instruction.']),
  );
  expect(refused.length).toBeLessThan(timings.length);
  const all = convolutionShapes(planOf(small)).map((shape) => variantsOf(shape, open.capabilities));
  expect(timings.length).toBe(all.flat().length);
  for (const { shape, variant } of refused) expect(choice[shape]).not.toBe(variant);
});

it('skips a kernel in an autotune whose results have a single wrong bit', async () => {
  const map = GPUBuffer.prototype.getMappedRange;
  const reads = new WeakMap<GPUBuffer, number>();
  vi.spyOn(GPUBuffer.prototype, 'getMappedRange').mockImplementation(function (this: GPUBuffer) {
    const range = map.call(this);
    if (range.byteLength <= TIMES_BYTES) return range;
    const earlier = reads.get(this) ?? 0;
    reads.set(this, earlier + 1);
    const words = new Uint32Array(range);
    if (earlier === 1) words[0] = (words[0] ?? 0) ^ (1 << 30);
    return range;
  });
  const { choice, timings } = await autotuneModel(small, { repeats: 1 });
  for (const shape of new Set(timings.map((timing) => timing.shape))) {
    const ofShape = timings.filter((timing) => timing.shape === shape);
    expect(ofShape.map(({ failure }) => failure !== undefined)).toEqual(ofShape.map((_, index) => index === 1));
    expect(choice[shape]).not.toBe(ofShape[1]?.variant);
  }
});

it('profiles every step of the fused plan', async () => {
  const session = await createSession(model, { backend: 'webgpu' });
  const profile = await session.profile(pixels.subarray(0, pixels.length / 4), 1, 3);
  expect(profile?.map(({ layer }) => layer)).toEqual(plan.steps.map(({ layer }) => layer));
  expect(profile?.every(({ milliseconds }) => milliseconds >= 0)).toBe(true);
  expect(profile?.some(({ multiplyAdds, variant }) => multiplyAdds > 0 && variant !== undefined)).toBe(true);
  session.dispose();
});

it('returns the same scores for overlapping runs and growing batches', async () => {
  const executable = await WebGpuExecutable.create(open, plan);
  const length = pixels.length / 4;
  const [batch, second, first, again] = await Promise.all([
    executable.run(pixels, 4),
    executable.run(pixels.subarray(length, 2 * length), 1),
    executable.run(pixels.subarray(0, length), 1),
    executable.run(pixels, 4),
  ]);
  const scores = batch[0] as Float32Array;
  expect(again[0]).toEqual(scores);
  expect(first[0]).toEqual(scores.slice(0, scores.length / 4));
  expect(second[0]).toEqual(scores.slice(scores.length / 4, scores.length / 2));
  executable.dispose();
});

it('creates no buffers in later runs, and lets tensors share memory', async () => {
  const executable = await WebGpuExecutable.create(open, plan);
  const input = pixels.subarray(0, pixels.length / 4);
  await executable.run(input, 1);
  let made = 0;
  const original = GPUDevice.prototype.createBuffer;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    made++;
    return original.call(this, descriptor);
  };
  await executable.run(input, 1).finally(() => {
    GPUDevice.prototype.createBuffer = original;
  });
  expect(made).toBe(0);
  const all = plan.tensors.reduce((sum, { kind, shape }) => {
    const values = shape.channels * shape.height * shape.width;
    return sum + (kind === 'codes' ? values / 4 : values * 4);
  }, 0);
  expect(executable.arenaBytes).toBeLessThan(all);
  executable.dispose();
});
