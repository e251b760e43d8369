import { HwgqError } from '../errors.ts';
import { blobValue, logitsBlob } from '../graph/blobs.ts';
import { elementCount } from '../graph/shapes.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import { toInputBytes, toNetworkInput } from '../image/input.ts';
import { checkPicture } from '../image/picture.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import type { Model } from '../model/model.ts';
import { checkSessionOptions } from './check-session-options.ts';
import { createRunner } from './create-runner.ts';
import { PIPELINE_DEPTH } from './pipeline-depth.ts';
import type { BackendDescription, NetworkInputs, Runner, SessionOptions, StepProfile } from './runner.ts';

/** What one run gave. */
export interface RunResult {
  /** The session's blobs, in order: for each, `count` images back to back, planar float32. */
  readonly blobs: readonly Float32Array[];
  /** From the submitted input to the results in memory. */
  readonly milliseconds: number;
}

export interface PictureResult extends RunResult {
  /** What made the input before `milliseconds` began; 0 where the backend does that itself. */
  readonly preprocessMilliseconds: number;
}

/** A model made ready on a backend. */
export interface Session {
  readonly backend: BackendDescription;
  /**
   * Runs `count` images. Calls may overlap; results come in order.
   * @throws HwgqError `invalid-option` where the input's length does not fit, `disposed`, `device-lost`.
   */
  run(inputs: NetworkInputs, count: number): Promise<RunResult>;
  /**
   * Makes pictures the network's input, on the GPU where it can, and runs them.
   * @throws HwgqError `invalid-image`, and as `run`.
   */
  runPictures(pictures: readonly AnyPicture[]): Promise<PictureResult>;
  /**
   * Times every step of the plan by itself, over several runs.
   * @returns the steps' medians, in order; undefined where the backend cannot time its steps.
   */
  profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined>;
  /** Rejects pending runs with `disposed`, and frees everything as soon as none is under way. May be called twice. */
  dispose(): void;
}

/**
 * Makes a model ready to run.
 * @throws HwgqError `no-webgpu`, `no-wasm`, `unsupported`, `out-of-memory` where a backend was asked for by name; `worker`
 *   where threads were asked for and fail; `download` where a file of this library cannot be had;
 *   `invalid-option` for an unknown blob, or an option's value that is not accepted; the signal's reason where it aborts.
 */
export async function createSession(model: Model, options: SessionOptions = {}): Promise<Session> {
  checkSessionOptions(options);
  const { backend = 'auto', signal } = options;
  const blobs = options.blobs ?? [logitsBlob(model.graph)];
  for (const blob of blobs) blobValue(model.graph, blob);
  signal?.throwIfAborted();
  const runner = await createRunner(model, blobs, backend, options);
  if (signal?.aborted) {
    runner.dispose();
    throw signal.reason;
  }
  return new RunnerSession(runner, elementCount(model.graph.input.shape), model.preprocessing);
}

class RunnerSession implements Session {
  /** What rejects the runs that are pending. */
  private readonly pending = new Set<(reason: unknown) => void>();
  private disposal: HwgqError | undefined;
  /** The newest runs, oldest first; ended ones too. */
  private underWay: readonly Promise<unknown>[] = [];

  constructor(
    private readonly runner: Runner,
    private readonly inputLength: number,
    private readonly preprocessing: Preprocessing,
  ) {}

  get backend(): BackendDescription {
    return this.runner.backend;
  }

  async run(inputs: NetworkInputs, count: number): Promise<RunResult> {
    this.check(inputs, count);
    return this.inTurn(async () => {
      const start = performance.now();
      const blobs = await this.runner.run(inputs, count);
      return { blobs, milliseconds: performance.now() - start };
    });
  }

  async runPictures(pictures: readonly AnyPicture[]): Promise<PictureResult> {
    for (const picture of pictures) if (!('draw' in picture)) checkPicture(picture);
    return this.inTurn(async () => {
      const start = performance.now();
      const direct = await this.runner.runPictures?.(pictures);
      if (direct) return { blobs: direct, preprocessMilliseconds: 0, milliseconds: performance.now() - start };
      const inputs = toNetworkInput(
        joined(pictures.map((one) => toInputBytes('draw' in one ? one.draw() : one, this.preprocessing))),
        this.preprocessing,
      );
      const ready = performance.now();
      const blobs = await this.runner.run(inputs, pictures.length);
      return { blobs, preprocessMilliseconds: ready - start, milliseconds: performance.now() - ready };
    });
  }

  async profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined> {
    this.check(inputs, count);
    return this.inTurn(async () => this.runner.profile?.(inputs, count, repeats));
  }

  dispose(): void {
    if (this.disposal) return;
    this.disposal = new HwgqError('disposed', 'The session has been disposed of. Make a new one.');
    for (const reject of this.pending) reject(this.disposal);
    // What runs now still uses the memory; nothing begins any more.
    void Promise.allSettled(this.underWay).then(() => this.runner.dispose());
  }

  private check(inputs: NetworkInputs, count: number): void {
    const needed = count * this.inputLength;
    if (!Number.isInteger(count) || count < 1 || inputs.length !== needed) {
      throw new HwgqError(
        'invalid-option',
        `${count} images take ${needed} values (${this.inputLength} each), and there are ${inputs.length}.`,
      );
    }
  }

  /** Begins work when few enough runs are under way; its result comes after those of earlier runs. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const [oldest = Promise.resolve()] = this.underWay.length < PIPELINE_DEPTH ? [] : this.underWay;
    const previous = this.underWay.at(-1);
    const done = oldest.then(() => {
      if (this.disposal) throw this.disposal;
      return work();
    });
    // Its failure is told in its turn.
    done.catch(() => {});
    const turn = Promise.allSettled([previous]).then(() => done);
    this.underWay = [...this.underWay, turn.catch(() => {})].slice(-PIPELINE_DEPTH);
    return this.untilDisposed(turn);
  }

  private untilDisposed<T>(turn: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.pending.add(reject);
      turn.then(resolve, reject).finally(() => this.pending.delete(reject));
    });
  }
}

function joined(images: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(images.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const image of images) {
    bytes.set(image, place);
    place += image.length;
  }
  return bytes;
}
