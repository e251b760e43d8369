import { messageOf } from '../errors.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import type { StepProfile } from '../plan/step-profile.ts';
import type { WasmRunner } from './load-wasm-runner.ts';
import { RunGate } from './run-gate.ts';
import type { BackendDescription, NetworkInputs, PictureRun, Runner } from './runner.ts';

/** The time after which the GPU is tried although nothing has run yet. */
const IDLE_MS = 500;

/** What an `AutoRunner` needs of its surroundings. */
export interface AutoOptions {
  /**
   * Returns a GPU that computes the same and faster, or the reason why there is none.
   * @param alone runs work while no other run is in flight.
   */
  readonly findGpu: (alone: RunGate['alone'], signal: AbortSignal) => Promise<Runner | string>;
  readonly onBackendChange: (backend: BackendDescription) => void;
}

/**
 * Runs on WebAssembly, and on the GPU from the moment that it has proved itself. The GPU is not touched before the first
 * run has ended, because it would delay that run. WebAssembly's memory is freed when the GPU takes over.
 */
export class AutoRunner implements Runner {
  readonly #wasm: WasmRunner;
  readonly #options: AutoOptions;
  readonly #gate = new RunGate();
  readonly #end = new AbortController();
  readonly #idle: ReturnType<typeof setTimeout>;
  #current: Runner;
  #isTried = false;

  constructor(wasm: WasmRunner, options: AutoOptions) {
    this.#wasm = wasm;
    this.#current = wasm;
    this.#options = options;
    this.#idle = setTimeout(() => this.#tryGpu(), IDLE_MS);
  }

  get backend(): BackendDescription {
    return this.#current.backend;
  }

  run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    return this.#run(() => this.#current.run(inputs, count));
  }

  runPictures(pictures: readonly AnyPicture[]): Promise<PictureRun> {
    return this.#run(() => this.#current.runPictures(pictures));
  }

  profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined> {
    return this.#run(async () => this.#current.profile?.(inputs, count, repeats));
  }

  dispose(): void {
    clearTimeout(this.#idle);
    this.#end.abort(new Error('The session has been disposed of.'));
    // A run of the proof may still be in flight.
    void this.#gate.alone(async () => this.#current.dispose());
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#gate.together(work);
    } finally {
      void this.#tryGpu();
    }
  }

  async #tryGpu(): Promise<void> {
    const { signal } = this.#end;
    if (this.#isTried || signal.aborted) return;
    this.#isTried = true;
    clearTimeout(this.#idle);
    const { findGpu, onBackendChange } = this.#options;
    const found = await findGpu((work) => this.#gate.alone(work), signal).catch(messageOf);
    await this.#gate.alone(async () => {
      if (typeof found === 'string') {
        this.#wasm.fallbackReason = found;
      } else if (signal.aborted) {
        found.dispose();
      } else {
        this.#current = found;
        this.#wasm.dispose();
      }
    });
    if (!signal.aborted) onBackendChange(this.backend);
  }
}
