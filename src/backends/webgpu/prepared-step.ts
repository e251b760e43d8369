import type { Plan, Step, TensorId } from '../../plan/plan.ts';
import { type Kernel, kernelOf, type Table } from './kernels.ts';
import { WORKGROUP_SIZE } from './layout.ts';
import { PipelineCache } from './pipelines.ts';
import type { ConvolutionShape, Variant } from './variants.ts';

const MAX_WORKGROUPS_PER_DIMENSION = 65535;

/** A step whose pipeline is compiled and whose weights are on the GPU. */
export interface PreparedStep {
  readonly step: Step;
  readonly kernel: Kernel;
  readonly pipeline: GPUComputePipeline;
  /** Uniform sizes and constant tables, by binding. */
  readonly constants: ReadonlyMap<number, GPUBuffer>;
}

export async function prepareStep(
  device: GPUDevice,
  plan: Plan,
  step: Step,
  variantOf: (shape: ConvolutionShape) => Variant,
): Promise<PreparedStep> {
  const [input, output] = [plan.tensors[step.input], plan.tensors[step.output]];
  if (!input || !output) throw new TypeError(`Step '${step.layer}' has no tensors`);
  const kernel = kernelOf(step, input, output, variantOf);
  const constants = new Map([[1, uploaded(device, kernel.shape, GPUBufferUsage.UNIFORM, kernel.label)]]);
  for (const [binding, table] of kernel.tables) {
    constants.set(binding, uploaded(device, table, GPUBufferUsage.STORAGE, kernel.label));
  }
  return { step, kernel, pipeline: await PipelineCache.of(device).get(kernel), constants };
}

export function freeStep({ constants }: PreparedStep): void {
  for (const buffer of constants.values()) buffer.destroy();
}

/** @param tensorAt where each tensor of the step lies. */
export function bindStep(
  device: GPUDevice,
  { kernel, pipeline, constants }: PreparedStep,
  frame: GPUBuffer,
  tensorAt: (tensor: TensorId) => GPUBufferBinding,
): GPUBindGroup {
  const entries: GPUBindGroupEntry[] = [{ binding: 0, resource: { buffer: frame } }];
  for (const [binding, buffer] of constants) entries.push({ binding, resource: { buffer } });
  for (const [binding, tensor] of kernel.tensors) entries.push({ binding, resource: tensorAt(tensor) });
  return device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
}

export function dispatchStep(
  pass: GPUComputePassEncoder,
  { kernel, pipeline }: PreparedStep,
  bindGroup: GPUBindGroup,
  count: number,
): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  dispatchThreads(pass, kernel.threads(count));
}

/** Dispatches at least so many threads, in two dimensions where there are many. */
export function dispatchThreads(pass: GPUComputePassEncoder, threads: number): void {
  const groups = Math.ceil(threads / WORKGROUP_SIZE);
  const rows = Math.ceil(groups / MAX_WORKGROUPS_PER_DIMENSION);
  pass.dispatchWorkgroups(Math.ceil(groups / rows), rows);
}

/** The uniform at binding 0: how many images a run has. */
export function createFrame(device: GPUDevice): GPUBuffer {
  return device.createBuffer({ label: 'frame', size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
}

function uploaded(device: GPUDevice, data: Table, usage: GPUBufferUsageFlags, label: string): GPUBuffer {
  // A uniform struct is read in blocks of 16 bytes.
  const size = Math.ceil(data.byteLength / 16) * 16;
  const buffer = device.createBuffer({ label, size, usage: usage | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}
