import { HwgqError } from '../errors.ts';
import type { Picture } from '../image/picture.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import { untilAborted } from './patience.ts';
import { PIPELINE_DEPTH } from './pipeline-depth.ts';
import type { GpuProof, Runner } from './runner.ts';
import { testPicture } from './test-picture.ts';

type PictureRunner = Pick<Runner, 'runPictures'>;
type Outputs = readonly Float32Array[];

/** What a proof compares. */
export interface ProofTask {
  readonly gpu: PictureRunner;
  /** WebAssembly, or the interpreter. */
  readonly witness: PictureRunner;
  readonly preprocessing: Preprocessing;
  /** Whether all codes are exact, because no float sum precedes any of them. */
  readonly isExact: boolean;
  readonly signal: AbortSignal;
  /** Runs work while no other run of the session is in flight. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A picture on which the GPU's scores equal the witness's. */
export interface AgreedPicture {
  readonly picture: Picture;
  readonly expected: Outputs;
  /** The largest difference between scores, relative to the largest score. */
  readonly difference: number;
}

/**
 * The largest accepted difference between scores, relative to the largest score. Each backend may differ from the exact
 * scores by half of it. A wrong code changes scores far more.
 */
const TOLERANCE = 2e-5;
/**
 * The number of pictures of which one has to agree if a network has float sums before codes: residual sums, or a first
 * layer over floats. Backends may round such a sum differently, and a sum beside a threshold then becomes another code,
 * in about every second picture at most. A faulty kernel does not agree on any.
 */
const PICTURES_WITH_FLOAT_SUMS = 8;
/** The number of timed runs of the witness; the shortest counts. */
const WITNESS_RUNS = 3;
/** The number of runs of the GPU that are timed together. */
const GPU_RUNS = 5;
/**
 * A GPU whose single run takes this many times as long as the witness's is not timed further. Of a run's time, one half may
 * overlap with the next run, and another half may be spent waiting for the witness's runs in the same thread.
 */
const HOPELESS = 4;

/**
 * Compares the GPU's scores with the witness's, on seeded pictures.
 * @throws HwgqError `gpu-fault` if they differ; the errors of `Runner.run`; the signal's reason if it aborts.
 */
export async function proveScores(task: ProofTask): Promise<AgreedPicture> {
  const pictures = task.isExact ? 1 : PICTURES_WITH_FLOAT_SUMS;
  let difference = 0;
  for (let seed = 1; seed <= pictures; seed++) {
    const picture = testPicture(task.preprocessing, seed);
    const expected = await task.alone(() => runOf(task.witness, picture, task.signal));
    difference = differenceOf(await runOf(task.gpu, picture, task.signal), expected);
    if (difference <= TOLERANCE) return { picture, expected, difference };
  }
  throw wrongScores(difference);
}

/**
 * Times the GPU and the witness on a picture, and compares every result.
 * @returns the times, or the reason not to use the GPU: it is slower.
 * @throws the errors of `proveScores`.
 */
export async function proveSpeed(
  task: ProofTask,
  { picture, expected, difference }: AgreedPicture,
): Promise<GpuProof | string> {
  const { gpu, witness, signal, alone } = task;
  const check = (outputs: Outputs) => {
    const found = differenceOf(outputs, expected);
    if (!(found <= TOLERANCE)) throw wrongScores(found);
  };
  let wasmMilliseconds = Number.POSITIVE_INFINITY;
  for (let run = 0; run < WITNESS_RUNS; run++) {
    // Messages and other runs get a turn in between.
    await new Promise((resolve) => setTimeout(resolve));
    await alone(async () => {
      const start = performance.now();
      await runOf(witness, picture, signal);
      wasmMilliseconds = Math.min(wasmMilliseconds, performance.now() - start);
    });
  }
  const start = performance.now();
  check(await runOf(gpu, picture, signal));
  const single = performance.now() - start;
  if (single > HOPELESS * wasmMilliseconds) return slower(wasmMilliseconds, single);
  const ends: number[] = [];
  await alone(async () => {
    const results: Promise<Outputs>[] = [];
    for (let run = 0; run < GPU_RUNS; run++) {
      await results[run - PIPELINE_DEPTH];
      const result = runOf(gpu, picture, signal);
      results.push(result);
      result.then(() => ends.push(performance.now())).catch(() => {});
    }
    for (const outputs of await Promise.all(results)) check(outputs);
  });
  const [first = 0] = ends;
  const milliseconds = ((ends.at(-1) as number) - first) / (GPU_RUNS - 1);
  if (milliseconds > wasmMilliseconds) return slower(wasmMilliseconds, milliseconds);
  return { difference, milliseconds, wasmMilliseconds };
}

async function runOf(runner: PictureRunner, picture: Picture, signal: AbortSignal): Promise<Outputs> {
  signal.throwIfAborted();
  const { blobs } = await untilAborted(runner.runPictures([picture]), signal);
  return blobs;
}

/** Returns the largest difference, relative to the largest value of the blob; NaN if a value is not a number. */
function differenceOf(outputs: Outputs, expected: Outputs): number {
  let worst = 0;
  for (const [index, wanted] of expected.entries()) {
    const found = outputs[index] ?? new Float32Array();
    let [largest, difference] = [0, found.length === wanted.length ? 0 : Number.NaN];
    for (const [place, value] of wanted.entries()) {
      largest = Math.max(largest, Math.abs(value));
      difference = Math.max(difference, Math.abs((found[place] as number) - value));
    }
    if (difference !== 0) worst = Math.max(worst, difference / largest);
  }
  return worst;
}

function slower(wasm: number, gpu: number): string {
  return `WebAssembly is faster here: ${wasm.toFixed(1)} ms per picture, and ${gpu.toFixed(1)} ms on the GPU.`;
}

function wrongScores(difference: number): HwgqError {
  const size = Number.isFinite(difference)
    ? `by ${(100 * difference).toPrecision(2)}% of the largest score`
    : 'by more than any number';
  return new HwgqError(
    'gpu-fault',
    `The GPU computes wrong results: its scores of a test picture differ from WebAssembly's ${size}. Update the browser and the GPU's driver, or use backend 'wasm'.`,
    { difference },
  );
}
