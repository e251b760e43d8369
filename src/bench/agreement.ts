import type { ExportForm } from '../tools/onnx/export.ts';
import { type Candidate, nameOf } from './candidate.ts';

/**
 * Largest accepted difference between the scores of two engines, as a share of their size. An 8-bit network rounds every
 * value, engines round differently, and the layers amplify it. In the exact form, a float32 sum near a threshold can
 * change a code.
 */
const LARGEST_DIFFERENCE: Readonly<Record<ExportForm, number>> = {
  exact: 0.1,
  'float-twin': 0.001,
  'int8-twin': 0.25,
};

/** A candidate and the scores that it returned. */
export interface Scored {
  readonly candidate: Candidate;
  readonly scores: ArrayLike<number>;
}

/** Returns the computation that a candidate performs: this project's engine computes what the exact export does. */
function computationOf(candidate: Candidate): ExportForm {
  return candidate.engine === 'hwgq-web' ? 'exact' : candidate.form;
}

/**
 * Compares scores with those of the first candidate that performs the same computation. An engine that computes something
 * else must not be compared for its speed.
 * @throws Error if they differ.
 */
export function requireAgreement({ candidate, scores }: Scored, others: readonly Scored[]): void {
  const form = computationOf(candidate);
  const other = others.find((scored) => computationOf(scored.candidate) === form);
  if (!other) return;
  const difference = relativeDifference(scores, other.scores);
  if (difference <= LARGEST_DIFFERENCE[form]) return;
  throw new Error(
    `Its scores differ from those of ${nameOf(other.candidate)} by ${(100 * difference).toFixed(1)}%. At most ` +
      `${100 * LARGEST_DIFFERENCE[form]}% is accepted.`,
  );
}

/** Returns the norm of the difference divided by the norm of the expected values; NaN if the lengths differ. */
export function relativeDifference(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (values.length !== expected.length) return Number.NaN;
  let [error, size] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    const wanted = expected[index] as number;
    error += ((values[index] as number) - wanted) ** 2;
    size += wanted ** 2;
  }
  return Math.sqrt(error / size);
}
