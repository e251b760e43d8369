import fc from 'fast-check';
import { expect, it } from 'vitest';
import { categoriesOf } from '../../src/engine/categories.ts';

const LABELS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const labels = fc.option(fc.subarray(LABELS), { nil: undefined });

it('returns the best categories that pass the options, in order, with earlier classes first among equal scores', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 0.125, 0.25, 0.5), { minLength: 1, maxLength: LABELS.length }),
      fc.constantFrom(-1, 1, 2, 5, 20),
      fc.constantFrom(0, 0.2, 0.25, 0.9),
      labels,
      labels,
      (values, maxResults, scoreThreshold, categoryAllowlist, categoryDenylist) => {
        const options = { maxResults, scoreThreshold, categoryAllowlist, categoryDenylist };
        const expected = values
          .map((score, index) => ({ index, label: LABELS[index] as string, score }))
          .filter(({ score }) => score >= scoreThreshold)
          .filter(({ label }) => categoryAllowlist?.includes(label) ?? true)
          .filter(({ label }) => !categoryDenylist?.includes(label))
          .sort((a, b) => b.score - a.score)
          .slice(0, maxResults < 0 ? values.length : maxResults);
        expect(categoriesOf(Float32Array.from(values), LABELS, options)).toEqual(expected);
      },
    ),
  );
});
