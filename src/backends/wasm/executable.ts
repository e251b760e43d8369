import { HwgqError } from '../../errors.ts';
import type { ChwShape } from '../../graph/shapes.ts';
import type { Plan, PlanTensor, Step, TensorId } from '../../plan/plan.ts';
import { type HostCall, type KernelCall, type Program, programOf } from './calls.ts';
import { instantiateKernels } from './kernels.ts';
import { fromPixels, toPixels } from './layout.ts';
import { MemoryImage } from './memory-image.ts';
import { compileKernels, type SimdLevel } from './modules.ts';
import { Team } from './team.ts';
import { TeamLeader } from './team-leader.ts';
import { CONTROL_BYTES, type TeamTask } from './team-member.ts';

const PAGE_BYTES = 65536;

export interface WasmOptions {
  readonly simd: SimdLevel;
  /** Default: 1. More take a memory that can be shared, in a thread that may wait (`threadLimit`). */
  readonly threads?: number;
  /** Whether its memory is one that threads can share. Default: where there are several. */
  readonly isShared?: boolean;
}

/** A plan made ready in a memory of WebAssembly. */
export class WasmExecutable {
  private constructor(
    private readonly program: Program,
    private readonly memory: WebAssembly.Memory,
    private readonly leader: TeamLeader,
    private readonly team: Team | undefined,
  ) {}

  /**
   * Lays a plan out in a memory of its own, which is as large as it will ever be.
   * @throws HwgqError `no-wasm`; `out-of-memory` where the memory is refused; `worker` where a thread does not start.
   */
  static async create(plan: Plan, { simd, threads = 1, isShared = threads > 1 }: WasmOptions): Promise<WasmExecutable> {
    const image = new MemoryImage();
    const program = programOf(plan, image);
    const control = image.reserve(CONTROL_BYTES);
    const scratchBytes = Math.max(0, ...program.calls.map((call) => ('kernel' in call ? call.scratchBytes : 0)));
    const scratches = Array.from({ length: threads }, () => image.reserve(scratchBytes));
    const [module, memory] = [await compileKernels(simd, isShared), newMemory(image.bytes, isShared)];
    image.writeTo(memory.buffer);
    const calls = program.calls.map((call) => ('kernel' in call ? call : undefined));
    const [first, ...others] = scratches.map(
      (scratch): TeamTask => ({ module, memory, calls, control, scratch, threads }),
    ) as [TeamTask, ...TeamTask[]];
    const leader = new TeamLeader(await instantiateKernels(module, memory), first);
    return new WasmExecutable(program, memory, leader, threads > 1 ? await Team.gather(others) : undefined);
  }

  /** The plan as it runs, steps fused. */
  get plan(): Plan {
    return this.program.plan;
  }

  /** Bytes of the whole memory. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * Runs `count` images, planar and back to back: whole numbers or floats, as the plan's input is.
   * @returns one array for each of the plan's outputs: `count` planar images.
   * @throws HwgqError `worker` where a thread fails: then it can only be disposed of.
   */
  async run(inputs: Int16Array | Float32Array, count: number): Promise<Float32Array[]> {
    const { plan } = this.program;
    const shapes = plan.outputs.map((id) => tensorAt(plan, id).shape);
    const results = shapes.map((shape) => new Float32Array(count * elements(shape)));
    const length = inputs.length / count;
    for (let image = 0; image < count; image++) {
      this.writeInput(inputs.subarray(image * length, (image + 1) * length));
      for (const place of this.program.calls.keys()) this.runCall(place);
      for (const [index, id] of plan.outputs.entries()) {
        const size = elements(shapes[index] as ChwShape);
        this.readOutput(id, (results[index] as Float32Array).subarray(image * size, (image + 1) * size));
      }
    }
    return results;
  }

  /** Milliseconds of each call, in order, and its step, of which several may be: one run on whatever the input holds. */
  profile(): { step: Step; milliseconds: number }[] {
    return this.program.steps.map((step, place) => {
      const start = performance.now();
      this.runCall(place);
      return { step, milliseconds: performance.now() - start };
    });
  }

  /** Ends its threads. */
  dispose(): void {
    this.team?.dispose();
  }

  private runCall(place: number): void {
    const call = this.program.calls[place] as KernelCall | HostCall;
    if ('kernel' in call) this.leader.lead(place);
    else call.run(this.memory.buffer);
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

function newMemory(bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
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

function elements({ channels, height, width }: ChwShape): number {
  return channels * height * width;
}
