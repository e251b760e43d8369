import type { Plan, PlanTensor, TensorId } from '../../plan/plan.ts';
import { wordCount } from './layout.ts';
import { planMemory } from './memory.ts';
import { bindStep, type PreparedStep } from './prepared-step.ts';

/** WebGPU's own minStorageBufferOffsetAlignment, the largest that an adapter may ask for. */
const ALIGNMENT = 256;

/** Bytes of one image of a tensor on the GPU. */
export function imageBytes(tensor: PlanTensor): number {
  const { channels, height, width } = tensor.shape;
  const words = tensor.kind === 'codes' ? tensor.bits * wordCount(channels) : channels;
  return height * width * words * 4;
}

/** Where a tensor lies. */
interface TensorBinding extends GPUBufferBinding {
  readonly offset: number;
}

/**
 * All tensors of a plan for up to `capacity` images, in a few buffers that tensors share one after the other, the bind
 * groups over them, and the buffers that results are read from.
 */
export class Arena {
  private readonly bindings: readonly (TensorBinding | undefined)[];
  private readonly buffers: readonly GPUBuffer[];
  private readonly clearedSizes: readonly number[];
  private readonly idleReadbacks: GPUBuffer[] = [];
  private readonly readbackSize: number;
  private isDisposed = false;
  /** One a step. */
  readonly bindGroups: readonly GPUBindGroup[];

  constructor(
    private readonly device: GPUDevice,
    private readonly plan: Plan,
    steps: readonly PreparedStep[],
    frame: GPUBuffer,
    readonly capacity: number,
  ) {
    const bytes = plan.tensors.map((tensor) => capacity * imageBytes(tensor));
    const cleared = new Set(steps.flatMap(({ kernel }) => kernel.cleared ?? []));
    const { placements, bufferSizes, clearedSizes } = planMemory(plan, { bytes, cleared, alignment: ALIGNMENT });
    this.buffers = bufferSizes.map((size) =>
      device.createBuffer({
        label: 'arena',
        size,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      }),
    );
    this.clearedSizes = clearedSizes;
    this.bindings = placements.map(
      (placement, tensor) =>
        placement && {
          buffer: this.buffers[placement.buffer] as GPUBuffer,
          offset: placement.offset,
          size: bytes[tensor] as number,
        },
    );
    this.bindGroups = steps.map((step) => bindStep(device, step, frame, (tensor) => this.tensor(tensor)));
    this.readbackSize = plan.outputs.reduce((sum, output) => sum + (bytes[output] as number), 0);
  }

  /** Bytes of all buffers that tensors lie in. */
  get bytes(): number {
    return this.buffers.reduce((sum, { size }) => sum + size, 0);
  }

  tensor(id: TensorId): TensorBinding {
    return this.bindings[id] as TensorBinding;
  }

  /** Clears what steps make bit by bit. */
  clear(encoder: GPUCommandEncoder): void {
    for (const [index, size] of this.clearedSizes.entries()) {
      if (size > 0) encoder.clearBuffer(this.buffers[index] as GPUBuffer, 0, size);
    }
  }

  /** Copies the plan's outputs, one after the other, into a buffer that no other run uses. */
  copyOutputs(encoder: GPUCommandEncoder, count: number): GPUBuffer {
    const readback =
      this.idleReadbacks.pop() ??
      this.device.createBuffer({
        label: 'readback',
        size: this.readbackSize,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
    let place = 0;
    for (const output of this.plan.outputs) {
      const { buffer, offset } = this.tensor(output);
      const size = count * imageBytes(this.plan.tensors[output] as PlanTensor);
      encoder.copyBufferToBuffer(buffer, offset, readback, place, size);
      place += size;
    }
    return readback;
  }

  /** Takes a buffer back for later runs. */
  release(readback: GPUBuffer): void {
    if (this.isDisposed) readback.destroy();
    else {
      readback.unmap();
      this.idleReadbacks.push(readback);
    }
  }

  dispose(): void {
    this.isDisposed = true;
    for (const buffer of [...this.buffers, ...this.idleReadbacks]) buffer.destroy();
  }
}
