import { HwgqError } from '../errors.ts';
import { elementCount } from '../graph/shapes.ts';
import { channelCount } from '../image/preprocessing.ts';
import type { Model } from '../model/model.ts';
import { untilAborted } from './patience.ts';
import { PIPELINE_DEPTH } from './pipeline-depth.ts';
import type { GpuProof, Runner } from './runner.ts';
import { testIntegers, testPicture } from './test-picture.ts';

type Contestant = Pick<Runner, 'run' | 'runPictures'>;
type Outputs = readonly Float32Array[];
/** A run of a seeded input on any backend. */
type Test = (runner: Contestant) => Promise<Outputs>;

/** What a proof compares. */
export interface ProofTask {
  readonly gpu: Contestant;
  /** WebAssembly, or the interpreter. */
  readonly witness: Contestant;
  readonly model: Model;
  /** Whether all codes are exact, because no float sum precedes any of them. */
  readonly isExact: boolean;
  readonly signal: AbortSignal;
  /** Runs work while no other run of the session is in flight. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A test on which the GPU's scores equal the witness's. */
export interface AgreedTest {
  readonly test: Test;
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
 * layer over floats. Backends may round such a sum differently, and a sum beside a threshold then becomes another code.
 * Few pictures have such a sum. A faulty kernel does not agree on any.
 */
const PICTURES_WITH_FLOAT_SUMS = 4;
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
export async function proveScores(task: ProofTask): Promise<AgreedTest> {
  const pictures = task.isExact ? 1 : PICTURES_WITH_FLOAT_SUMS;
  let difference = 0;
  for (let seed = 1; seed <= pictures; seed++) {
    const test = createTest(task.model, seed);
    const expected = await task.alone(() => runTest(test, task.witness, task.signal));
    difference = differenceOf(await runTest(test, task.gpu, task.signal), expected);
    if (difference <= TOLERANCE) return { test, expected, difference };
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
  { test, expected, difference }: AgreedTest,
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
      await runTest(test, witness, signal);
      wasmMilliseconds = Math.min(wasmMilliseconds, performance.now() - start);
    });
  }
  const start = performance.now();
  check(await runTest(test, gpu, signal));
  const single = performance.now() - start;
  if (single > HOPELESS * wasmMilliseconds) return slower(wasmMilliseconds, single);
  const ends: number[] = [];
  await alone(async () => {
    const results: Promise<Outputs>[] = [];
    for (let run = 0; run < GPU_RUNS; run++) {
      await results[run - PIPELINE_DEPTH];
      const result = runTest(test, gpu, signal);
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

/** Returns a run of a test picture. A part of a network, which takes no pictures, runs integers instead. */
export function createTest({ graph, preprocessing }: Model, seed: number): Test {
  const { width, height, channels } = preprocessing;
  const length = elementCount(graph.input.shape);
  if (length !== width * height * channelCount(channels)) {
    const integers = testIntegers(length, seed);
    return (runner) => runner.run(integers, 1);
  }
  const picture = testPicture(preprocessing, seed);
  return async (runner) => (await runner.runPictures([picture])).blobs;
}

/** Runs a test unless the signal has aborted, and rejects as soon as it aborts. */
export async function runTest(test: Test, runner: Contestant, signal: AbortSignal): Promise<Outputs> {
  signal.throwIfAborted();
  return untilAborted(test(runner), signal);
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
