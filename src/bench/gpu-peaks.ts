import { openDevice } from '../backends/webgpu/device.ts';
import { StepTimer } from '../backends/webgpu/step-timer.ts';
import { timedRepeats } from '../backends/webgpu/timed-repeats.ts';
import peakMultiply from './peak-multiply.wgsl';
import peakPopcount from './peak-popcount.wgsl';
import peakRead from './peak-read.wgsl';
import { type Peaks, TRIALS } from './peaks.ts';

const WORKGROUP_SIZE = 64;
/** Instructions per round of the register loops in the shaders. */
const INSTRUCTIONS_PER_ROUND = 16;
const ROUNDS = 256;
/** Multiply-adds per `countOneBits`: two counts combine 32 weights with the two bit planes of 32 activations. */
const COUNT_MULTIPLY_ADDS = 16;
/** Number of workgroups that a software adapter runs in a few milliseconds. */
const MIN_GROUPS = 64;
/** Number of workgroups that keeps the largest GPUs busy. */
const MAX_GROUPS = 2 ** 15;

const READ_ROUNDS = 16;
const VECTOR_BYTES = 16;
/** Larger than the caches of a GPU. */
const MAX_READ_BYTES = 2 ** 28;
/** Number of bytes that a software adapter reads in a few milliseconds. */
const MIN_READ_BYTES = 2 ** 24;

/** Minimum duration of a measurement, so that submission, waiting and rounded timestamps have little effect. */
const MIN_MILLISECONDS = 25;

/**
 * Measures the peaks of a GPU with loops, each repeated until it takes long enough.
 * @throws HwgqError `no-webgpu`.
 */
export async function measureGpuPeaks(gpu: GPU): Promise<Peaks> {
  const { device } = await openDevice(gpu, undefined);
  try {
    const data = await largeBuffer(device);
    const instructions = INSTRUCTIONS_PER_ROUND * ROUNDS * WORKGROUP_SIZE;
    const inRegisters = { data, rounds: ROUNDS, perDispatch: MAX_GROUPS, minGroups: MIN_GROUPS };
    const bytesOfGroup = VECTOR_BYTES * READ_ROUNDS * WORKGROUP_SIZE;
    const [maxReads, minReads] = [data.size / bytesOfGroup, MIN_READ_BYTES / bytesOfGroup];
    const counts = await groupsPerSecond(device, { ...inRegisters, shader: peakPopcount });
    const products = await groupsPerSecond(device, { ...inRegisters, shader: peakMultiply });
    const reading = { data, rounds: READ_ROUNDS, perDispatch: maxReads, minGroups: minReads };
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

/** Creates the largest buffer to read from that the GPU can allocate. */
async function largeBuffer(device: GPUDevice): Promise<GPUBuffer> {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  let size = MAX_READ_BYTES;
  while (size > limit) size /= 2;
  for (; ; size /= 2) {
    device.pushErrorScope('out-of-memory');
    const buffer = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
    if (!(await device.popErrorScope()) || size <= MIN_READ_BYTES) return buffer;
  }
}

/** A shader that loops over a buffer. */
interface Loop {
  readonly shader: string;
  readonly data: GPUBuffer;
  readonly rounds: number;
  /** Minimum number of workgroups. */
  readonly minGroups: number;
  /** Maximum number of workgroups per dispatch. */
  readonly perDispatch: number;
}

/** Returns workgroups per second, the best of several trials. */
async function groupsPerSecond(
  device: GPUDevice,
  { shader, data, rounds, perDispatch, minGroups }: Loop,
): Promise<number> {
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
    for (let left = groups; left > 0; left -= perDispatch) pass.dispatchWorkgroups(Math.min(left, perDispatch));
    pass.end();
    timer?.resolve(encoder);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    if (timer) return (await timer.read())[0] ?? 0;
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  // Warm-up: some drivers compile the pipeline in the first run.
  await milliseconds(minGroups);
  const [times = []] = await timedRepeats(1, TRIALS, MIN_MILLISECONDS, async ([repeats = 1]) => [
    await milliseconds(minGroups * repeats),
  ]);
  timer?.dispose();
  return (1000 * minGroups) / Math.min(...times);
}
