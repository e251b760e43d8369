import peakPopcount from '../../shaders/peak-popcount.wgsl';
import peakRead from '../../shaders/peak-read.wgsl';
import { type Peaks, TRIALS } from './peaks.ts';

const WORKGROUP_SIZE = 64;
const COUNTS_A_ROUND = 8;
/** 32 weights meet the 32 low bits and the 32 high bits of their activations in two counts. */
const COUNT_MULTIPLY_ADDS = 16;
const COUNT_ROUNDS = 256;
const READ_ROUNDS = 16;
const READ_BYTES = 2 ** 26;
const VECTOR_BYTES = 16;
/** A loop shorter than this says little where only the clock times it. */
const LONG_ENOUGH_SECONDS = 0.02;
const MOST_GROUPS = 2 ** 15;

/**
 * Peaks of a GPU, by the clock around submits that grow until they are long.
 * @throws Error where there is no adapter.
 */
export async function measureGpuPeaks(gpu: GPU, powerPreference?: GPUPowerPreference): Promise<Peaks> {
  const adapter = await gpu.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) throw new Error('There is no GPU to measure.');
  const device = await adapter.requestDevice();
  try {
    const data = device.createBuffer({ size: READ_BYTES, usage: GPUBufferUsage.STORAGE });
    const count = await loop(device, data, peakPopcount, COUNT_ROUNDS);
    const read = await loop(device, data, peakRead, READ_ROUNDS);
    const counts = await rate(count, (groups) => groups * WORKGROUP_SIZE * COUNT_ROUNDS * COUNTS_A_ROUND, 64);
    const readGroups = READ_BYTES / VECTOR_BYTES / WORKGROUP_SIZE / READ_ROUNDS;
    const bandwidth = await rate(read, () => READ_BYTES, readGroups, readGroups);
    return { binary: counts * COUNT_MULTIPLY_ADDS, bandwidth };
  } finally {
    device.destroy();
  }
}

type Loop = (groups: number) => Promise<number>;

/** A shader over a buffer: runs so many workgroups and gives seconds. */
async function loop(device: GPUDevice, data: GPUBuffer, code: string, rounds: number): Promise<Loop> {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module, constants: { rounds } },
  });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: data } }],
  });
  return async (groups) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(groups);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / 1000;
  };
}

/** Work a second at the best of several trials, over as many workgroups as take long enough. */
async function rate(run: Loop, work: (groups: number) => number, first: number, most = MOST_GROUPS): Promise<number> {
  let groups = first;
  await run(groups);
  while (groups < most && (await run(groups)) < LONG_ENOUGH_SECONDS) groups *= 2;
  let best = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < TRIALS; trial++) best = Math.min(best, await run(groups));
  return work(groups) / best;
}
