import { expect, it } from 'vitest';
import cifarsmallUrl from '../../models/cifarsmall.hwgq?url';
import { type OpenDevice, openDevice } from '../../src/backends/webgpu/device.ts';
import { WebGpuExecutable } from '../../src/backends/webgpu/executable.ts';
import { convolutionShapes, type KernelChoice, shapeKey, variantsOf } from '../../src/backends/webgpu/variants.ts';
import { autotuneModel } from '../../src/engine/autotune-model.ts';
import { createSession } from '../../src/engine/session.ts';
import { logitsBlob } from '../../src/graph/blobs.ts';
import { elementCount } from '../../src/graph/shapes.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { fuseSteps } from '../../src/plan/fuse.ts';
import { planGraph } from '../../src/plan/lower.ts';
import { randomNumbers } from '../support/small-graph.ts';

const model = decodeModel(new Uint8Array(await (await fetch(cifarsmallUrl)).arrayBuffer()));
const plan = fuseSteps(planGraph(model.graph, { kind: 'integers', unit: 1 / 64 }, [logitsBlob(model.graph)]));
const open = await openDevice(navigator.gpu, undefined);
const random = randomNumbers(3);
const pixels = Int16Array.from(
  { length: 4 * elementCount(model.graph.input.shape) },
  () => Math.floor(random() * 200) - 100,
);

/** The workgroups of each dispatch of a run. */
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

it('dispatches what the remembered choice says, and the usual kernel where it says nothing', async () => {
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
  const [tile, split] = [
    await dispatched(open, { [shapeKey(shape)]: 'tile' }),
    await dispatched(open, { [shapeKey(shape)]: 'split' }),
  ];
  const changed = tile.filter((groups, index) => groups !== split[index]);
  expect(tile.length).toBe(plan.steps.length);
  expect(changed.length).toBe(1);
});

it('an autotune times every variant, finds them all right, and gives a choice that sessions take', async () => {
  const shares: number[] = [];
  const { choice, timings, adapter } = await autotuneModel(model, {
    repeats: 2,
    onProgress: (done) => shares.push(done),
  });
  expect(adapter.isFallbackAdapter).toBe(true);
  expect(timings.filter(({ isRight }) => !isRight)).toEqual([]);
  expect(shares.at(-1)).toBe(1);
  for (const [key, name] of Object.entries(choice)) {
    const ofShape = timings.filter(({ shape }) => shape === key);
    const best = Math.min(...ofShape.map(({ milliseconds }) => milliseconds));
    expect(ofShape.find(({ variant }) => variant === name)?.milliseconds).toBe(best);
  }
  const stored: KernelChoice = JSON.parse(JSON.stringify(choice));
  const executable = await WebGpuExecutable.create(open, plan, { choice: stored });
  for (const { step, ...planes } of convolutionShapes(plan)) {
    const name = stored[shapeKey({ step, ...planes })];
    if (name) expect(executable.variants.get(step.layer)).toBe(name);
  }
  executable.dispose();
});

it('profiles every step of the fused plan', async () => {
  const session = await createSession(model, { backend: 'webgpu' });
  const profile = await session.profile(pixels.subarray(0, pixels.length / 4), 1, 3);
  expect(profile?.map(({ layer }) => layer)).toEqual(plan.steps.map(({ layer }) => layer));
  expect(profile?.every(({ milliseconds }) => milliseconds >= 0)).toBe(true);
  expect(profile?.some(({ multiplyAdds, variant }) => multiplyAdds > 0 && variant !== undefined)).toBe(true);
  session.dispose();
});

it('gives the same scores however runs overlap and batches grow', async () => {
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

it('makes no buffers in later runs, and tensors share memory', async () => {
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
