import type { Plan, PlanTensor, TensorId } from '../../plan/plan.ts';
import { quadCount, wordCount } from './layout.ts';
import { planMemory } from './memory.ts';
import { bindStep, type PreparedStep } from './prepared-step.ts';

/** WebGPU's default `minStorageBufferOffsetAlignment`, which no adapter exceeds. */
const ALIGNMENT = 256;

/** Returns the bytes of one image of a tensor on the GPU. */
export function imageBytes(tensor: PlanTensor): number {
  const { channels, height, width } = tensor.shape;
  return height * width * wordsOfPixel(tensor, channels) * 4;
}

function wordsOfPixel(tensor: PlanTensor, channels: number): number {
  switch (tensor.kind) {
    case 'codes':
      return tensor.bits * wordCount(channels);
    case 'integers':
      return 2 * quadCount(channels);
    case 'floats':
      return channels;
  }
}

interface TensorBinding extends GPUBufferBinding {
  readonly offset: number;
}

/**
 * The memory of a plan's tensors for batches of up to `capacity` images: a few buffers in which tensors with disjoint
 * lifetimes share space, the steps' bind groups, and the buffers that outputs are read back from.
 */
export class Arena {
  readonly #device: GPUDevice;
  readonly #plan: Plan;
  readonly #bindings: readonly (TensorBinding | undefined)[];
  readonly #buffers: readonly GPUBuffer[];
  readonly #clearedSizes: readonly number[];
  readonly #idleReadbacks: GPUBuffer[] = [];
  readonly #readbackSize: number;
  #isDisposed = false;
  /** One for each step. */
  readonly bindGroups: readonly GPUBindGroup[];

  constructor(
    device: GPUDevice,
    plan: Plan,
    steps: readonly PreparedStep[],
    batch: GPUBuffer,
    readonly capacity: number,
  ) {
    this.#device = device;
    this.#plan = plan;
    const bytes = plan.tensors.map((tensor) => capacity * imageBytes(tensor));
    const cleared = new Set(steps.flatMap(({ kernel }) => kernel.cleared ?? []));
    const { placements, bufferSizes, clearedSizes } = planMemory(plan, { bytes, cleared, alignment: ALIGNMENT });
    this.#buffers = bufferSizes.map((size) =>
      device.createBuffer({
        label: 'arena',
        size,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      }),
    );
    this.#clearedSizes = clearedSizes;
    this.#bindings = placements.map(
      (placement, tensor) =>
        placement && {
          buffer: this.#buffers[placement.buffer] as GPUBuffer,
          offset: placement.offset,
          size: bytes[tensor] as number,
        },
    );
    this.bindGroups = steps.map((step) => bindStep(device, step, batch, (tensor) => this.tensor(tensor)));
    this.#readbackSize = plan.outputs.reduce((sum, output) => sum + (bytes[output] as number), 0);
  }

  /** Total bytes of the buffers that hold tensors. */
  get bytes(): number {
    return this.#buffers.reduce((sum, { size }) => sum + size, 0);
  }

  tensor(id: TensorId): TensorBinding {
    return this.#bindings[id] as TensorBinding;
  }

  /** Clears the tensors whose bits the kernels set one by one. */
  clear(encoder: GPUCommandEncoder): void {
    for (const [index, size] of this.#clearedSizes.entries()) {
      if (size > 0) encoder.clearBuffer(this.#buffers[index] as GPUBuffer, 0, size);
    }
  }

  /** Copies the plan's outputs in sequence to a buffer that no other run uses, and returns the buffer. */
  copyOutputs(encoder: GPUCommandEncoder, batchSize: number): GPUBuffer {
    const readback =
      this.#idleReadbacks.pop() ??
      this.#device.createBuffer({
        label: 'readback',
        size: this.#readbackSize,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
    let position = 0;
    for (const output of this.#plan.outputs) {
      const { buffer, offset } = this.tensor(output);
      const size = batchSize * imageBytes(this.#plan.tensors[output] as PlanTensor);
      encoder.copyBufferToBuffer(buffer, offset, readback, position, size);
      position += size;
    }
    return readback;
  }

  /** Returns a readback buffer to the arena, for later runs. */
  release(readback: GPUBuffer): void {
    if (this.#isDisposed) readback.destroy();
    else {
      readback.unmap();
      this.#idleReadbacks.push(readback);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const buffer of [...this.#buffers, ...this.#idleReadbacks]) buffer.destroy();
  }
}
