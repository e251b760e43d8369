import { openDevice } from '../backends/webgpu/device.ts';
import { StepTimer } from '../backends/webgpu/step-timer.ts';
import { timedRepeats } from '../backends/webgpu/timed-repeats.ts';
import peakMultiply from './peak-multiply.wgsl';
import peakPopcount from './peak-popcount.wgsl';
import peakRead from './peak-read.wgsl';
import { type Peaks, TRIALS } from './peaks.ts';

const WORKGROUP_SIZE = 64;
/** Of the loops over registers, as the shaders have them. */
const INSTRUCTIONS_A_ROUND = 16;
const ROUNDS = 256;
/** 32 weights meet the 32 low bits and the 32 high bits of their activations in two counts. */
const COUNT_MULTIPLY_ADDS = 16;
/** What a software adapter does in some milliseconds. */
const FEW_GROUPS = 64;
/** What keeps the largest GPUs busy. */
const MANY_GROUPS = 2 ** 15;

const READ_ROUNDS = 16;
const VECTOR_BYTES = 16;
/** More than a GPU's caches hold. */
const MOST_READ_BYTES = 2 ** 28;
/** What a software adapter reads in some milliseconds. */
const LEAST_READ_BYTES = 2 ** 24;

/** Submitting and waiting weigh little beside this, and so does the rounding of times. */
const LONG_ENOUGH_MILLISECONDS = 25;

/**
 * Peaks of a GPU, each of a loop that is repeated until it takes long.
 * @throws HwgqError `no-webgpu`.
 */
export async function measureGpuPeaks(gpu: GPU): Promise<Peaks> {
  const { device } = await openDevice(gpu, undefined);
  try {
    const data = await largeBuffer(device);
    const instructions = INSTRUCTIONS_A_ROUND * ROUNDS * WORKGROUP_SIZE;
    const inRegisters = { data, rounds: ROUNDS, atOnce: MANY_GROUPS, unit: FEW_GROUPS };
    const bytesOfGroup = VECTOR_BYTES * READ_ROUNDS * WORKGROUP_SIZE;
    const [mostReads, fewReads] = [data.size / bytesOfGroup, LEAST_READ_BYTES / bytesOfGroup];
    const counts = await groupsPerSecond(device, { ...inRegisters, shader: peakPopcount });
    const products = await groupsPerSecond(device, { ...inRegisters, shader: peakMultiply });
    const reading = { data, rounds: READ_ROUNDS, atOnce: mostReads, unit: fewReads };
    const reads = await groupsPerSecond(device, { ...reading, shader: peakRead });
    return {
      binary: counts * instructions * COUNT_MULTIPLY_ADDS,
      integer: products * instructions,
      bandwidth: reads * bytesOfGroup,
    };
  } finally {
    device.destroy();
  }
}

/** The largest buffer to read from that the GPU gives. */
async function largeBuffer(device: GPUDevice): Promise<GPUBuffer> {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  let size = MOST_READ_BYTES;
  while (size > most) size /= 2;
  for (; ; size /= 2) {
    device.pushErrorScope('out-of-memory');
    const buffer = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
    if (!(await device.popErrorScope()) || size <= LEAST_READ_BYTES) return buffer;
  }
}

/** A shader over a buffer. */
interface Loop {
  readonly shader: string;
  readonly data: GPUBuffer;
  readonly rounds: number;
  /** Workgroups that are run at the least. */
  readonly unit: number;
  /** Workgroups of one dispatch at the most. */
  readonly atOnce: number;
}

/** Workgroups a second, at the best of several trials. */
async function groupsPerSecond(device: GPUDevice, { shader, data, rounds, atOnce, unit }: Loop): Promise<number> {
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: shader }), constants: { rounds } },
  });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: data } }],
  });
  const timer = StepTimer.create(device, 1);
  const milliseconds = async (groups: number) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(timer?.pass(0));
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    for (let left = groups; left > 0; left -= atOnce) pass.dispatchWorkgroups(Math.min(left, atOnce));
    pass.end();
    timer?.resolve(encoder);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    if (timer) return (await timer.read())[0] ?? 0;
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  // A driver may compile only in the first run.
  await milliseconds(unit);
  const [times = []] = await timedRepeats(1, TRIALS, LONG_ENOUGH_MILLISECONDS, async ([often = 1]) => [
    await milliseconds(unit * often),
  ]);
  timer?.dispose();
  return (1000 * unit) / Math.min(...times);
}
