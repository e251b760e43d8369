import { HwgqError } from '../../errors.ts';
import type { Planes } from '../../graph/shapes.ts';
import type { Plan, PlanTensor, Step, TensorId } from '../../plan/plan.ts';
import { type KernelCall, type Program, programOf } from './calls.ts';
import { fromPixels, toPixels } from './layout.ts';
import { MemoryImage } from './memory-image.ts';
import { compileKernels, instantiateKernels, type Kernels, type SimdLevel } from './modules.ts';

const PAGE_BYTES = 65536;

/** A plan made ready in a memory of WebAssembly. */
export class WasmExecutable {
  private constructor(
    private readonly program: Program,
    private readonly memory: WebAssembly.Memory,
    private readonly kernels: Kernels,
    private readonly scratch: number,
  ) {}

  /**
   * Lays a plan out in a memory of its own, which is as large as it will ever be.
   * @throws HwgqError `no-wasm`; `out-of-memory` where the memory is refused.
   */
  static async create(plan: Plan, simd: SimdLevel): Promise<WasmExecutable> {
    const image = new MemoryImage();
    const program = programOf(plan, image);
    const scratch = image.reserve(
      Math.max(0, ...program.calls.map((call) => ('kernel' in call ? call.scratchBytes : 0))),
    );
    const [module, memory] = [await compileKernels(simd, false), newMemory(image.bytes)];
    image.writeTo(memory.buffer);
    return new WasmExecutable(program, memory, await instantiateKernels(module, memory), scratch);
  }

  /** Bytes of the whole memory. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * Runs `count` images, planar and back to back: whole numbers or floats, as the plan's input is.
   * @returns one array for each of the plan's outputs: `count` planar images.
   */
  async run(inputs: Int16Array | Float32Array, count: number): Promise<Float32Array[]> {
    const { plan } = this.program;
    const shapes = plan.outputs.map((id) => tensorAt(plan, id).shape);
    const results = shapes.map((shape) => new Float32Array(count * elements(shape)));
    const length = inputs.length / count;
    for (let image = 0; image < count; image++) {
      this.writeInput(inputs.subarray(image * length, (image + 1) * length));
      for (const call of this.program.calls) this.call(call);
      for (const [index, id] of plan.outputs.entries()) {
        const size = elements(shapes[index] as Planes);
        this.readOutput(id, (results[index] as Float32Array).subarray(image * size, (image + 1) * size));
      }
    }
    return results;
  }

  /** Milliseconds of each step of the plan, over one run on whatever the input holds. */
  profile(): { step: Step; milliseconds: number }[] {
    return this.program.calls.map((call, index) => {
      const start = performance.now();
      this.call(call);
      return { step: this.program.steps[index] as Step, milliseconds: performance.now() - start };
    });
  }

  private call(call: Program['calls'][number]): void {
    if ('kernel' in call) this.runKernel(call);
    else call.run(this.memory.buffer);
  }

  private runKernel({ kernel, parameters, units }: KernelCall): void {
    this.kernels[kernel](parameters, this.scratch, 0, units);
  }

  private writeInput(planar: Int16Array | Float32Array): void {
    const { shape } = tensorAt(this.program.plan, 0);
    const { address, stride } = this.program.places.at(0);
    const count = shape.height * shape.width * stride;
    const Numbers = planar instanceof Int16Array ? Int16Array : Float32Array;
    toPixels(planar, new Numbers(this.memory.buffer, address, count), shape, stride);
  }

  private readOutput(id: TensorId, planar: Float32Array): void {
    const tensor = tensorAt(this.program.plan, id);
    const { address, stride } = this.program.places.at(id);
    const count = tensor.shape.height * tensor.shape.width * stride;
    const { buffer } = this.memory;
    switch (tensor.kind) {
      case 'codes': {
        const levels = tensor.levels;
        const codes = new Uint8Array(buffer, address, count);
        fromPixels(codes, planar, tensor.shape, stride, (code) => levels[code] as number);
        break;
      }
      case 'integers':
        fromPixels(
          new Int16Array(buffer, address, count),
          planar,
          tensor.shape,
          stride,
          (value) => value * tensor.unit,
        );
        break;
      case 'floats':
        fromPixels(new Float32Array(buffer, address, count), planar, tensor.shape, stride, (value) => value);
    }
  }
}

function newMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (error) {
    throw new HwgqError(
      'out-of-memory',
      `WebAssembly was refused ${Math.ceil(bytes / 2 ** 20)} MB of memory. Close other pages, or use a smaller network.`,
      { bytes },
      { cause: error },
    );
  }
}

function tensorAt(plan: Plan, id: TensorId): PlanTensor {
  return plan.tensors[id] as PlanTensor;
}

function elements({ channels, height, width }: Planes): number {
  return channels * height * width;
}
