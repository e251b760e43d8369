import { messageOf } from '../errors.ts';
import { requireAgreement } from './agreement.ts';
import type { EngineEnvironment } from './bench-engine.ts';
import type { BenchModels } from './bench-models.ts';
import { type Candidate, nameOf } from './candidate.ts';
import type { StartedEngine } from './engine-protocol.ts';
import { type RunningEngine, startCandidate } from './running-engine.ts';
import { type Summary, summarize } from './statistics.ts';

/** Result of one candidate. */
export interface RaceResult {
  readonly candidate: Candidate;
  readonly name: string;
  /** Absent if it failed to start. */
  readonly started?: StartedEngine;
  /** Absent if it failed before its first turn ended. */
  readonly latency?: Summary;
  /** Reason of a failure. */
  readonly failure?: string;
}

/** Options of `race`. */
export interface RaceOptions extends EngineEnvironment {
  /** Number of turns of each candidate. */
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** Called with the share that is done, 0 to 1, and a description of the current step. */
  readonly onProgress: (done: number, doing: string) => void;
  /** Called after each round with the results so far. */
  readonly onResults?: (results: readonly RaceResult[]) => void;
}

/** Maximum number of timed runs per turn. */
const MAX_RUNS_PER_TURN = 5;
/** Maximum duration of a turn with more than one run. */
const TURN_MILLISECONDS = 600;
/** Pause between turns, so that threads that spin for work become idle. */
const PAUSE_MILLISECONDS = 30;

interface Runner extends RunningEngine {
  readonly times: number[];
  failure?: string;
}

/**
 * Measures the latency of candidates that take turns, so that other load on the machine affects all of them alike. Each
 * candidate has its own worker for the whole race. A candidate that fails is left out of later rounds. One whose scores
 * differ from those of another engine with the same network fails.
 * @throws the signal's reason if it aborts.
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
    for (const { connection } of runners) connection.end(signal.reason ?? new Error('The race is complete.'));
  };
  signal.addEventListener('abort', end);
  try {
    for (const [index, candidate] of candidates.entries()) {
      signal.throwIfAborted();
      onProgress(index / steps, `Starting ${nameOf(candidate)}`);
      try {
        runners.push({ ...(await startInAgreement(models, candidate, options, runners)), times: [] });
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

/** Starts a candidate and compares its scores with those of the candidates that already run. */
async function startInAgreement(
  models: BenchModels,
  candidate: Candidate,
  options: RaceOptions,
  others: readonly RunningEngine[],
): Promise<RunningEngine> {
  const running = await startCandidate(models, candidate, options, options.signal);
  try {
    requireAgreement(running, others);
    return running;
  } catch (error) {
    running.connection.end(error);
    throw error;
  }
}

/** Times one turn. Short runs are preceded by a warm-up run, because other candidates have used the caches. */
async function takeTurn({ connection, started, times }: Runner): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  const expected = Math.min(started.firstRunMilliseconds, ...times);
  if (expected < TURN_MILLISECONDS) await connection.call((remote) => remote.time(1, 1));
  const runs = Math.max(1, Math.min(MAX_RUNS_PER_TURN, Math.floor(TURN_MILLISECONDS / expected)));
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
