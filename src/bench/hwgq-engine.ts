import type { BackendDescription } from '../engine/runner.ts';
import { createSession, type Session } from '../engine/session.ts';
import { decodeModel } from '../model/decode.ts';
import { type BenchEngine, type EngineStart, type OwnEngine, repeated } from './bench-engine.ts';
import type { OwnCandidate } from './candidate.ts';

/**
 * Starts this project's engine.
 * @throws HwgqError the errors of `createSession`.
 */
export async function startHwgq(start: EngineStart<OwnCandidate>): Promise<BenchEngine> {
  const { candidate, file, input, kernelChoice } = start;
  const { backend, simd, threads } = candidate;
  const session = await createSession(decodeModel(file), {
    backend,
    kernelChoice,
    ...(simd ? { simd } : {}),
    ...(threads === undefined ? {} : { threads }),
  });
  return new HwgqEngine(session, input.values);
}

class HwgqEngine implements BenchEngine {
  readonly #session: Session;
  readonly #values: Int16Array | Float32Array;

  constructor(session: Session, values: Int16Array | Float32Array) {
    this.#session = session;
    this.#values = values;
  }

  get machine(): string {
    return describeBackend(this.#session.backend);
  }

  get own(): OwnEngine {
    return {
      backend: this.#session.backend,
      profile: (repeats) => this.#session.profile(this.#values, 1, repeats),
    };
  }

  async run(count: number): Promise<Float32Array> {
    const { blobs } = await this.#session.run(repeated(this.#values, count), count);
    return blobs[0] ?? new Float32Array();
  }

  async dispose(): Promise<void> {
    this.#session.dispose();
  }
}

function describeBackend({ name, adapter, simd, threads, proof }: BackendDescription): string {
  if (adapter) {
    const gpu = [name, adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' ');
    return proof ? `${gpu}, scores equal to WebAssembly's within ${proof.difference.toExponential(0)}` : gpu;
  }
  return simd ? `${name}, ${simd} SIMD, ${threads ?? 1} threads` : name;
}
