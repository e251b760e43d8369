import type { SessionOptions } from '../../src/engine/runner.ts';
import { createSession } from '../../src/engine/session.ts';
import type { Model } from '../../src/model/model.ts';
import type { GoldenCase } from './golden-cases.ts';

/** The differences of a run: wrong levels, and the worst float error relative to its blob's largest value. */
export interface GoldenDifference {
  readonly levels: number;
  readonly wrongLevels: number;
  readonly worstFloat: number;
}

/** Runs a case and compares its results. */
export async function goldenDifference(
  model: Model,
  golden: GoldenCase,
  input: Int16Array | Float32Array,
  expected: Float32Array,
  options: SessionOptions,
): Promise<GoldenDifference> {
  const session = await createSession(model, { ...options, blobs: golden.blobs.map(({ name }) => name) });
  const { blobs } = await session.run(input, golden.count);
  session.dispose();
  return differenceFrom(golden, blobs, expected);
}

/** Compares the results of a run, blob by blob. */
export function differenceFrom(
  golden: GoldenCase,
  blobs: readonly Float32Array[],
  expected: Float32Array,
): GoldenDifference {
  let [levels, wrongLevels, worstFloat, place] = [0, 0, 0, 0];
  for (const [index, { length, largest }] of golden.blobs.entries()) {
    const values = blobs[index] ?? new Float32Array();
    if (values.length !== golden.count * length) throw new Error(`blob ${index} has ${values.length} values`);
    for (const value of values) {
      const difference = Math.abs(value - (expected[place++] as number));
      if (largest === undefined) {
        levels++;
        if (!(difference === 0)) wrongLevels++;
      } else
        worstFloat = Math.max(worstFloat, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / largest);
    }
  }
  return { levels, wrongLevels, worstFloat };
}
