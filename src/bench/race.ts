import { messageOf } from '../errors.ts';
import type { Surroundings } from './bench-engine.ts';
import type { BenchModels } from './bench-models.ts';
import { type Candidate, nameOf } from './candidate.ts';
import type { StartedEngine } from './engine-protocol.ts';
import { type RunningEngine, startCandidate } from './running-engine.ts';
import { type Summary, summarize } from './statistics.ts';

/** How one candidate did. */
export interface RaceResult {
  readonly candidate: Candidate;
  readonly name: string;
  /** Absent where it failed. */
  readonly started?: StartedEngine;
  readonly latency?: Summary;
  /** Why there is no latency. */
  readonly failure?: string;
}

export interface RaceOptions extends Surroundings {
  /** Turns of each candidate. */
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** Share of the race that is over, and what happens now. */
  readonly onProgress: (done: number, doing: string) => void;
  /** After each round, with what is known by then. */
  readonly onResults?: (results: readonly RaceResult[]) => void;
}

/** Runs of one turn that are timed, where runs are short. */
const RUNS_OF_A_TURN = 5;
/** A turn is not longer than this, but for one run. */
const TURN_MILLISECONDS = 600;
/** Between turns, so that threads that still spin for work come to rest. */
const PAUSE_MILLISECONDS = 30;

interface Runner extends RunningEngine {
  readonly times: number[];
  failure?: string;
}

/**
 * Times candidates turn by turn, so that what else the machine does falls on all of them alike. Each has a worker of
 * its own, alive throughout. A candidate that fails drops out, and the others go on.
 * @throws the signal's reason where it aborts.
 */
export async function race(
  models: BenchModels,
  candidates: readonly Candidate[],
  options: RaceOptions,
): Promise<readonly RaceResult[]> {
  const { rounds, signal, onProgress, onResults = () => {} } = options;
  const runners: Runner[] = [];
  const failures = new Map<Candidate, string>();
  const results = () => candidates.map((candidate) => resultOf(candidate, runners, failures));
  const steps = candidates.length * (rounds + 1);
  const end = () => {
    for (const { connection } of runners) connection.end(signal.reason ?? new Error('The race is over.'));
  };
  signal.addEventListener('abort', end);
  try {
    for (const [index, candidate] of candidates.entries()) {
      signal.throwIfAborted();
      onProgress(index / steps, `Starting ${nameOf(candidate)}`);
      try {
        runners.push({ ...(await startCandidate(models, candidate, options, signal)), times: [] });
      } catch (error) {
        signal.throwIfAborted();
        failures.set(candidate, messageOf(error));
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (const [index, runner] of runners.entries()) {
        if (runner.failure !== undefined) continue;
        onProgress((candidates.length * (round + 1) + index) / steps, nameOf(runner.candidate));
        try {
          await takeTurn(runner);
        } catch (error) {
          signal.throwIfAborted();
          runner.failure = messageOf(error);
        }
      }
      onResults(results());
    }
    onProgress(1, '');
    return results();
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** One run to warm caches that others have filled, then those that count; long runs need no warming. */
async function takeTurn({ connection, started, times }: Runner): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  const expected = Math.min(started.firstRunMilliseconds, ...times);
  if (expected < TURN_MILLISECONDS) await connection.call((remote) => remote.time(1, 1));
  const runs = Math.max(1, Math.min(RUNS_OF_A_TURN, Math.floor(TURN_MILLISECONDS / expected)));
  times.push(...(await connection.call((remote) => remote.time(runs, 1))));
}

function resultOf(
  candidate: Candidate,
  runners: readonly Runner[],
  failures: ReadonlyMap<Candidate, string>,
): RaceResult {
  const runner = runners.find((running) => running.candidate === candidate);
  const failure = runner?.failure ?? failures.get(candidate);
  return {
    candidate,
    name: nameOf(candidate),
    ...(runner ? { started: runner.started } : {}),
    ...(runner && runner.times.length > 0 ? { latency: summarize(runner.times) } : {}),
    ...(failure === undefined ? {} : { failure }),
  };
}
