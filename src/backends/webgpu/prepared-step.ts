import type { Plan, Step, TensorId } from '../../plan/plan.ts';
import { type Kernel, kernelOf, type Table } from './kernels.ts';
import { WORKGROUP_SIZE } from './layout.ts';
import { PipelineCache } from './pipelines.ts';
import { type MissingPart, shaderText } from './shader-code.ts';
import { KERNEL_BINDINGS, type KernelBinding, packUniform } from './shader-interface.ts';
import type { ConvolutionShape, Variant } from './variants.ts';

const MAX_WORKGROUPS_PER_DIMENSION = 65535;

/** A step with its compiled pipeline and its weights on the GPU. */
export interface PreparedStep {
  readonly step: Step;
  readonly kernel: Kernel;
  readonly pipeline: GPUComputePipeline;
  /** The uniform `shape` and the constant tables. */
  readonly constants: ReadonlyMap<KernelBinding, GPUBuffer>;
}

/**
 * Uploads a step's weights and compiles its pipeline. All buffers are created before the first await.
 * @param onMissing throws the error for a shader that cannot be fetched.
 * @throws that error; GPUPipelineError if the driver refuses the shader.
 */
export async function prepareStep(
  device: GPUDevice,
  plan: Plan,
  step: Step,
  variantOf: (shape: ConvolutionShape) => Variant,
  onMissing: MissingPart,
): Promise<PreparedStep> {
  const [input, output] = [plan.tensors[step.input], plan.tensors[step.output]];
  if (!input || !output) throw new TypeError(`Step '${step.layer}' has no tensors`);
  const kernel = kernelOf(step, input, output, variantOf);
  const constants = new Map<KernelBinding, GPUBuffer>();
  constants.set('shape', uploaded(device, kernel.shape, GPUBufferUsage.UNIFORM, kernel.label));
  for (const [name, table] of entriesOf(kernel.tables)) {
    constants.set(name, uploaded(device, table, GPUBufferUsage.STORAGE, kernel.label));
  }
  const code = await shaderText(kernel.code, onMissing);
  return { step, kernel, pipeline: await PipelineCache.of(device).get(code, kernel), constants };
}

export function freeStep({ constants }: PreparedStep): void {
  for (const buffer of constants.values()) buffer.destroy();
}

/** @param tensorAt returns the memory of a tensor. */
export function bindStep(
  device: GPUDevice,
  { kernel, pipeline, constants }: PreparedStep,
  batch: GPUBuffer,
  tensorAt: (tensor: TensorId) => GPUBufferBinding,
): GPUBindGroup {
  const entries: GPUBindGroupEntry[] = [];
  const bind = (name: KernelBinding, resource: GPUBufferBinding) =>
    entries.push({ binding: KERNEL_BINDINGS[name], resource });
  bind('batch', { buffer: batch });
  for (const [name, buffer] of constants) bind(name, { buffer });
  for (const [name, tensor] of entriesOf(kernel.tensors)) bind(name, tensorAt(tensor));
  return device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
}

export function dispatchStep(
  pass: GPUComputePassEncoder,
  { kernel, pipeline }: PreparedStep,
  bindGroup: GPUBindGroup,
  batchSize: number,
): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  dispatchThreads(pass, kernel.threads(batchSize));
}

/** Dispatches at least this many threads, in two dimensions if one cannot hold their workgroups. */
export function dispatchThreads(pass: GPUComputePassEncoder, threads: number): void {
  const workgroups = Math.ceil(threads / WORKGROUP_SIZE);
  const rows = Math.ceil(workgroups / MAX_WORKGROUPS_PER_DIMENSION);
  pass.dispatchWorkgroups(Math.ceil(workgroups / rows), rows);
}

/** Creates the uniform `batch`, which holds the number of images of a run. */
export function createBatchUniform(device: GPUDevice): GPUBuffer {
  return device.createBuffer({ label: 'batch', size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
}

export function writeBatchSize(device: GPUDevice, batch: GPUBuffer, size: number): void {
  device.queue.writeBuffer(batch, 0, packUniform('Batch', { size }));
}

function entriesOf<Resource>(bound: Readonly<Partial<Record<KernelBinding, Resource>>>): [KernelBinding, Resource][] {
  return Object.entries(bound) as [KernelBinding, Resource][];
}

function uploaded(device: GPUDevice, data: Table, usage: GPUBufferUsageFlags, label: string): GPUBuffer {
  // Uniforms are read in blocks of 16 bytes.
  const size = Math.ceil(data.byteLength / 16) * 16;
  const buffer = device.createBuffer({ label, size, usage: usage | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}
