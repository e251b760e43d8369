import { HwgqError } from '../../errors.ts';
import type { ChwShape } from '../../graph/shapes.ts';
import type { AnyPicture } from '../../image/deferred-picture.ts';
import type { Preprocessing } from '../../image/preprocessing.ts';
import type { Plan, PlanTensor, Step, TensorId } from '../../plan/plan.ts';
import { buildProgram } from './build-program.ts';
import { pixelsToPlanar, planarToPixels } from './channel-order.ts';
import { compileKernels } from './compile-kernels.ts';
import { instantiateKernels } from './kernels.ts';
import { MemoryLayout } from './memory-layout.ts';
import { PictureInput, reservePictureMemory } from './picture-input.ts';
import { PrimaryThread } from './primary-thread.ts';
import type { HostCall, KernelCall, Program } from './program.ts';
import type { SimdLevel } from './simd.ts';
import { ThreadPool } from './thread-pool.ts';
import { CONTROL_BYTES, type ThreadTask } from './wasm-thread.ts';

const PAGE_BYTES = 65536;

export interface WasmOptions {
  readonly simd: SimdLevel;
  /** Number of threads, 1 by default. More require shared memory and a thread that may block (`threadLimit`). */
  readonly threads?: number;
  /** Whether to use memory that threads can share. By default, only if there are several threads. */
  readonly isShared?: boolean;
  /** The conversion of pictures to the plan's input of integers. Leave it out if no pictures are preprocessed. */
  readonly preprocessing?: Preprocessing | undefined;
}

/** A plan that is ready to run in its own WebAssembly memory. */
export class WasmExecutable {
  readonly #program: Program;
  readonly #memory: WebAssembly.Memory;
  readonly #thread: PrimaryThread;
  readonly #pool: ThreadPool | undefined;
  readonly #pictures: PictureInput | undefined;
  /** Settles when the latest use of the memory has ended. */
  #lastUse: Promise<unknown> = Promise.resolve();

  private constructor(
    program: Program,
    memory: WebAssembly.Memory,
    thread: PrimaryThread,
    pool: ThreadPool | undefined,
    pictures: PictureInput | undefined,
  ) {
    this.#program = program;
    this.#memory = memory;
    this.#thread = thread;
    this.#pool = pool;
    this.#pictures = pictures;
  }

  /**
   * Lowers a plan, allocates its memory at the final size, and starts the threads.
   * @throws HwgqError `no-wasm`; `out-of-memory` if the memory cannot be allocated; `worker` if a thread cannot be
   *   started.
   */
  static async create(plan: Plan, options: WasmOptions): Promise<WasmExecutable> {
    const { simd, threads = 1, isShared = threads > 1, preprocessing } = options;
    const layout = new MemoryLayout();
    const program = buildProgram(plan, layout);
    const pictureMemory = preprocessing && reservePictureMemory(layout, preprocessing);
    const control = layout.reserve(CONTROL_BYTES);
    const scratchBytes = Math.max(0, ...program.calls.map((call) => ('kernel' in call ? call.scratchBytes : 0)));
    const scratches = Array.from({ length: threads }, (_, thread) =>
      // Signs are packed from the first thread's memory.
      layout.reserve(thread === 0 ? Math.max(scratchBytes, layout.largestSigns) : scratchBytes),
    );
    const [module, memory] = [await compileKernels(simd, isShared), allocate(layout.bytes, isShared)];
    layout.writeTo(memory.buffer);
    const calls = program.calls.map((call) => ('kernel' in call ? call : undefined));
    const [first, ...others] = scratches.map(
      (scratch): ThreadTask => ({ module, memory, calls, control, scratch, threads }),
    ) as [ThreadTask, ...ThreadTask[]];
    const kernels = await instantiateKernels(module, memory);
    layout.packSigns(memory.buffer, kernels, first.scratch);
    const thread = new PrimaryThread(kernels, first);
    const { address } = program.locations.of(0);
    const pictures = pictureMemory && new PictureInput(pictureMemory, memory.buffer, kernels, preprocessing, address);
    const pool = threads > 1 ? await ThreadPool.create(others) : undefined;
    return new WasmExecutable(program, memory, thread, pool, pictures);
  }

  /** The plan that the executable runs. */
  get plan(): Plan {
    return this.#program.plan;
  }

  /** Size of the memory in bytes. */
  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * Runs `count` images.
   * @param inputs planar images, back to back: integers or floats, as the plan's input is.
   * @returns one array per output of the plan: `count` planar images.
   * @throws HwgqError `worker` if a thread fails. Then the executable must be disposed.
   */
  run(inputs: Int16Array | Float32Array, count: number): Promise<Float32Array[]> {
    const length = inputs.length / count;
    return this.#inTurn(() =>
      this.#runImages(count, (image) => this.#writeInput(inputs.subarray(image * length, (image + 1) * length))),
    );
  }

  /**
   * Preprocesses pictures of any sizes and runs them. The means of `WasmOptions.preprocessing` must be integers.
   * @returns the outputs as `run` returns them, and the time that preprocessing took.
   * @throws HwgqError `invalid-image`, and the errors of `run`.
   */
  runPictures(pictures: readonly AnyPicture[]): Promise<{ blobs: Float32Array[]; preprocessMilliseconds: number }> {
    return this.#inTurn(async () => {
      let preprocessMilliseconds = 0;
      const blobs = await this.#runImages(pictures.length, async (image) => {
        const start = performance.now();
        await this.#pictures?.write(pictures[image] as AnyPicture);
        preprocessMilliseconds += performance.now() - start;
      });
      return { blobs, preprocessMilliseconds };
    });
  }

  /**
   * Resizes, crops and converts pictures, and subtracts nothing. The means of `WasmOptions.preprocessing` must not be
   * integers.
   * @returns the pictures' bytes back to back, planar, as `toInputBytes` returns them.
   * @throws HwgqError `invalid-image`.
   */
  toInputBytes(pictures: readonly AnyPicture[]): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const { shape, address, stride, length } = this.#input;
      const size = elements(shape);
      const bytes = new Uint8Array(pictures.length * size);
      for (const [image, picture] of pictures.entries()) {
        await this.#pictures?.write(picture);
        const pixels = new Int16Array(this.#memory.buffer, address, length);
        pixelsToPlanar(pixels, bytes.subarray(image * size, (image + 1) * size), shape, stride, (value) => value);
      }
      return bytes;
    });
  }

  /** Runs images one after the other. @param write writes an image to the input tensor. */
  async #runImages(count: number, write: (image: number) => Promise<void> | void): Promise<Float32Array[]> {
    const { plan, calls } = this.#program;
    const shapes = plan.outputs.map((id) => tensorAt(plan, id).shape);
    const results = shapes.map((shape) => new Float32Array(count * elements(shape)));
    for (let image = 0; image < count; image++) {
      await write(image);
      for (const index of calls.keys()) this.#runCall(index);
      for (const [index, id] of plan.outputs.entries()) {
        const size = elements(shapes[index] as ChwShape);
        this.#readOutput(id, (results[index] as Float32Array).subarray(image * size, (image + 1) * size));
      }
    }
    return results;
  }

  /** Runs the current input once and returns the milliseconds of each call, in order, with the call's step. */
  profile(): Promise<{ step: Step; milliseconds: number }[]> {
    return this.#inTurn(async () =>
      this.#program.steps.map((step, index) => {
        const start = performance.now();
        this.#runCall(index);
        return { step, milliseconds: performance.now() - start };
      }),
    );
  }

  /** Starts work when earlier work has ended: the memory must not change while a picture's pixels are being read. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lastUse.then(work);
    this.#lastUse = result.catch(() => {});
    return result;
  }

  /** Terminates the worker threads. */
  dispose(): void {
    this.#pool?.dispose();
  }

  #runCall(index: number): void {
    const call = this.#program.calls[index] as KernelCall | HostCall;
    if ('kernel' in call) this.#thread.run(index);
    else call.run(this.#memory.buffer);
  }

  #writeInput(planar: Int16Array | Float32Array): void {
    const { shape, address, stride, length } = this.#input;
    const Numbers = planar instanceof Int16Array ? Int16Array : Float32Array;
    planarToPixels(planar, new Numbers(this.#memory.buffer, address, length), shape, stride);
  }

  /** The input tensor: [pixel][channel], with `stride` elements per pixel. */
  get #input() {
    const { shape } = tensorAt(this.#program.plan, 0);
    const { address, stride } = this.#program.locations.of(0);
    return { shape, address, stride, length: shape.height * shape.width * stride };
  }

  #readOutput(id: TensorId, planar: Float32Array): void {
    const tensor = tensorAt(this.#program.plan, id);
    const { address, stride } = this.#program.locations.of(id);
    const count = tensor.shape.height * tensor.shape.width * stride;
    const { buffer } = this.#memory;
    switch (tensor.kind) {
      case 'codes': {
        const levels = tensor.levels;
        const codes = new Uint8Array(buffer, address, count);
        pixelsToPlanar(codes, planar, tensor.shape, stride, (code) => levels[code] as number);
        break;
      }
      case 'integers': {
        const integers = new Int16Array(buffer, address, count);
        pixelsToPlanar(integers, planar, tensor.shape, stride, (value) => value * tensor.unit);
        break;
      }
      case 'floats':
        pixelsToPlanar(new Float32Array(buffer, address, count), planar, tensor.shape, stride, (value) => value);
    }
  }
}

function allocate(bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (error) {
    throw new HwgqError(
      'out-of-memory',
      `WebAssembly could not allocate ${Math.ceil(bytes / 2 ** 20)} MB of memory. Close other pages, or use a smaller network.`,
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
