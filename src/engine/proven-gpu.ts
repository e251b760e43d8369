import { HwgqError } from '../errors.ts';
import { takesIntegers } from '../image/preprocessing.ts';
import type { Model } from '../model/model.ts';
import type { Plan, Step } from '../plan/plan.ts';
import { createTest, type ProofTask, proveScores, proveSpeed, runTest } from './gpu-proof.ts';
import { untilAborted, withinPatience } from './patience.ts';
import { recallProofs, rememberFault, rememberPass } from './proof-memory.ts';
import type { AdapterDescription, Runner, SessionOptions } from './runner.ts';
import { type CompiledNetwork, WebGpuRunner } from './webgpu-runner.ts';

/** The model that a GPU proves itself with, and the outputs of each run. */
export interface Trial {
  readonly model: Model;
  readonly blobs: readonly string[];
  readonly options: SessionOptions;
}

/**
 * Loads a model on WebGPU. The first time in a browser, it compares the scores with a witness's.
 * @param createWitness loads the model on WebAssembly or the interpreter.
 * @throws HwgqError `gpu-fault`, the errors of `WebGpuRunner.create` and `createWitness`, and the reason of `signal`.
 */
export function createProvenGpu(trial: Trial, createWitness: () => Promise<Runner>): Promise<WebGpuRunner> {
  const { options } = trial;
  return onGpu(trial, options.signal, async (gpu, network, task) => {
    const { passed } = await recallProofs(gpu.adapter);
    const key = await networkKey(network);
    if (passed[key] !== undefined) {
      await runTest(createTest(trial.model, 1), gpu, task.signal);
      gpu.proof = { difference: passed[key] };
    } else {
      const witness = await createWitness();
      try {
        const { difference } = await proveScores({ ...task, witness, alone: (work) => work() });
        gpu.proof = { difference };
        await rememberPass(gpu.adapter, key, difference);
      } finally {
        witness.dispose();
      }
    }
    options.onProgress?.('warm-up', 1);
    return gpu;
  });
}

/** A GPU that computes right and faster than WebAssembly, or the reason why there is none. */
export type FasterGpu = WebGpuRunner | string;

/**
 * Loads a model on WebGPU beside a session on WebAssembly, and compares scores and speed.
 * @param adapter the GPU that the browser has found.
 * @param alone runs work while no other run of the session is in flight.
 * @param signal cancels the work.
 * @throws HwgqError as `createProvenGpu`.
 */
export async function findFasterGpu(
  trial: Trial,
  {
    adapter,
    wasm,
    alone,
    signal,
  }: { adapter: AdapterDescription; wasm: Runner; alone: ProofTask['alone']; signal: AbortSignal },
): Promise<FasterGpu> {
  const { fault } = await recallProofs(adapter);
  if (fault !== undefined) return `Not tried again, because it failed before: ${fault}`;
  return onGpu(trial, signal, async (gpu, _, parts) => {
    const task = { ...parts, witness: wasm, alone };
    const proof = await proveSpeed(task, await proveScores(task));
    if (typeof proof === 'string') {
      gpu.dispose();
      return proof;
    }
    gpu.proof = proof;
    return gpu;
  });
}

/** Compiles a model on a GPU, and runs work on it. If that fails, it frees the GPU and remembers a fault. */
function onGpu<T>(
  { model, blobs, options }: Trial,
  ending: AbortSignal | undefined,
  work: (gpu: WebGpuRunner, network: CompiledNetwork, task: Omit<ProofTask, 'witness' | 'alone'>) => Promise<T>,
): Promise<T> {
  return withinPatience(ending, async (signal) => {
    const gpu = await WebGpuRunner.open(model, blobs, { ...options, signal });
    try {
      const network = await untilAborted(gpu.compile(), signal);
      const isExact = takesIntegers(model.preprocessing) && hasExactCodes(network.plan);
      return await work(gpu, network, { gpu, model, isExact, signal });
    } catch (error) {
      gpu.dispose();
      const isFault = error instanceof HwgqError && ['gpu-fault', 'device-lost'].includes(error.code);
      if (isFault) await rememberFault(gpu.adapter, error.message);
      throw error;
    }
  });
}

/** Returns whether no float sum precedes a code, so that every correct backend computes the same codes. */
function hasExactCodes({ tensors, steps }: Plan): boolean {
  return steps.every((step) => {
    if ('epilogue' in step && step.epilogue.kind === 'floats') return step.epilogue.codes === undefined;
    return tensors[step.output]?.kind !== 'codes' || INTEGER_STEPS.includes(step.kind);
  });
}

const INTEGER_STEPS: readonly Step['kind'][] = ['integerConvolution', 'binaryConvolution', 'codePooling', 'concatPart'];

/** Identifies what a network makes a GPU compute: its steps, their shapes, and the kernels. */
async function networkKey({ plan: { tensors, steps }, variants }: CompiledNetwork): Promise<string> {
  const shapes = steps.map(({ kind, input, output }) => [kind, tensors[input]?.shape, tensors[output]?.shape]);
  const text = JSON.stringify([shapes, [...variants]]);
  // `crypto.subtle` exists wherever WebGPU does: in secure contexts.
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return new DataView(hash).getBigUint64(0).toString(16);
}
