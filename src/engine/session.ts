import { HwgqError } from '../errors.ts';
import { blobValue } from '../graph/blobs.ts';
import { scoresBlob } from '../graph/scores.ts';
import { elementCount } from '../graph/shapes.ts';
import { type AnyPicture, DeferredPicture } from '../image/deferred-picture.ts';
import { checkPicture } from '../image/picture.ts';
import type { Model } from '../model/model.ts';
import { checkSessionOptions } from './check-session-options.ts';
import { createRunner } from './create-runner.ts';
import { expectAffordable } from './expect-affordable.ts';
import { PIPELINE_DEPTH } from './pipeline-depth.ts';
import { pictureInput, planModel } from './plan-model.ts';
import type { BackendDescription, NetworkInputs, PictureRun, Runner, SessionOptions, StepProfile } from './runner.ts';

/** The result of one run. */
export interface RunResult {
  /** The session's output blobs, in order: for each, `count` images back to back, planar float32. */
  readonly blobs: readonly Float32Array[];
  /** The time from submitting the input to having the results in memory. */
  readonly milliseconds: number;
}

/** The result of one run of pictures. `milliseconds` does not include preprocessing on the CPU. */
export interface PictureResult extends RunResult, PictureRun {}

/** A model that is ready to run on a backend. */
export interface Session {
  /** The backend. It may change if the GPU is lost. */
  readonly backend: BackendDescription;
  /**
   * Runs `count` images. Calls may overlap; their results arrive in order.
   * @throws HwgqError `invalid-option` if the input's length does not match, `disposed`, `device-lost`.
   */
  run(inputs: NetworkInputs, count: number): Promise<RunResult>;
  /**
   * Preprocesses pictures, on the GPU if possible, and runs them.
   * @throws HwgqError `invalid-image`, and the errors of `run`.
   */
  runPictures(pictures: readonly AnyPicture[]): Promise<PictureResult>;
  /**
   * Times each step of the plan over several runs.
   * @returns the steps' medians, in the plan's order; undefined if the backend cannot time its steps.
   */
  profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined>;
  /** Rejects pending runs with `disposed`, and frees all memory as soon as the last run has ended. Further calls do nothing. */
  dispose(): void;
}

/**
 * Loads a model on a backend.
 * @throws HwgqError `no-webgpu`, `no-wasm`, `unsupported`, `out-of-memory`, `device-lost` or `gpu-fault` if the backend
 *   was set by name; `worker` if `threads` was set and a thread fails; `download` if a file of this library cannot be
 *   fetched; `invalid-option` for an unknown blob or a value that is not accepted. A network that needs too much memory
 *   or time for any backend is `out-of-memory` or `unsupported`. The signal's reason if it aborts.
 */
export async function createSession(model: Model, options: SessionOptions = {}): Promise<Session> {
  checkSessionOptions(options);
  const { backend = 'auto', signal } = options;
  const blobs = options.blobs ?? [scoresBlob(model.graph)];
  for (const blob of blobs) blobValue(model.graph, blob);
  expectAffordable(model.graph, backend);
  signal?.throwIfAborted();
  if (backend !== 'reference') planAhead(model, blobs);
  const runner = await createRunner(model, blobs, backend, options);
  if (signal?.aborted) {
    runner.dispose();
    throw signal.reason;
  }
  return new RunnerSession(runner, elementCount(model.graph.input.shape));
}

/**
 * Plans a model while the browser still fetches the backend's code. It ignores failures, which the backend encounters again
 * and reports.
 */
function planAhead(model: Model, blobs: readonly string[]): void {
  try {
    planModel(model, pictureInput(model), blobs);
  } catch {}
}

/** Checks inputs, orders runs and times them. */
class RunnerSession implements Session {
  readonly #runner: Runner;
  readonly #inputLength: number;
  /** Rejects each pending run. */
  readonly #pending = new Set<(reason: unknown) => void>();
  /** The newest runs, the oldest of them first. Some may have ended. */
  #recent: readonly Promise<unknown>[] = [];
  #disposal: HwgqError | undefined;

  constructor(runner: Runner, inputLength: number) {
    this.#runner = runner;
    this.#inputLength = inputLength;
  }

  get backend(): BackendDescription {
    return this.#runner.backend;
  }

  async run(inputs: NetworkInputs, count: number): Promise<RunResult> {
    this.#checkLength(inputs, count);
    return this.#inOrder(async () => {
      const start = performance.now();
      const blobs = await this.#runner.run(inputs, count);
      return { blobs, milliseconds: performance.now() - start };
    });
  }

  async runPictures(pictures: readonly AnyPicture[]): Promise<PictureResult> {
    for (const picture of pictures) if (!(picture instanceof DeferredPicture)) checkPicture(picture);
    return this.#inOrder(async () => {
      const start = performance.now();
      const { blobs, preprocessMilliseconds } = await this.#runner.runPictures(pictures);
      return { blobs, preprocessMilliseconds, milliseconds: performance.now() - start - preprocessMilliseconds };
    });
  }

  async profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined> {
    this.#checkLength(inputs, count);
    return this.#inOrder(async () => this.#runner.profile?.(inputs, count, repeats));
  }

  dispose(): void {
    if (this.#disposal) return;
    this.#disposal = new HwgqError('disposed', 'The session has been disposed of. Create a new one.');
    for (const reject of this.#pending) reject(this.#disposal);
    // Runs in flight still use the memory. No other run starts.
    void Promise.allSettled(this.#recent).then(() => this.#runner.dispose());
  }

  #checkLength(inputs: NetworkInputs, count: number): void {
    const needed = count * this.#inputLength;
    if (!Number.isInteger(count) || count < 1 || inputs.length !== needed) {
      throw new HwgqError(
        'invalid-option',
        `\`inputs\` has ${inputs.length} values; ${count} images of ${this.#inputLength} values need ${needed}.`,
      );
    }
  }

  /** Starts work as soon as fewer than `PIPELINE_DEPTH` runs are in flight, and returns its result after earlier ones. */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const [oldest = Promise.resolve()] = this.#recent.length < PIPELINE_DEPTH ? [] : this.#recent;
    const previous = this.#recent.at(-1);
    const done = oldest.then(() => {
      if (this.#disposal) throw this.#disposal;
      return work();
    });
    // `result` reports its failure.
    done.catch(() => {});
    const result = Promise.allSettled([previous]).then(() => done);
    this.#recent = [...this.#recent, result.catch(() => {})].slice(-PIPELINE_DEPTH);
    return this.#unlessDisposed(result);
  }

  #unlessDisposed<T>(result: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      result.then(resolve, reject).finally(() => this.#pending.delete(reject));
    });
  }
}
