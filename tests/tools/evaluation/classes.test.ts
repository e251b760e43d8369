import { expect, it } from 'vitest';
import type { DataSet } from '../../../src/tools/data/data-set.ts';
import { matchClasses } from '../../../src/tools/evaluation/classes.ts';

const LABELS = ['tench, Tinca tinca', 'crane', 'great grey owl, Strix nebulosa', 'crane'];
const IDS = ['n01440764', 'n02012849', 'n01622779', 'n03126707'];

function dataSet(classes: readonly string[] | undefined, synsets?: readonly string[]): DataSet {
  return {
    format: 'test',
    length: 0,
    ...(classes && { classes }),
    ...(synsets && { synsets }),
    label: () => 0,
    name: () => '',
    read: () => Promise.reject(new Error('This data set has no pictures.')),
  };
}

function indices(classes: readonly string[], labels: readonly string[], synsets?: readonly string[]): number[] {
  const classOf = matchClasses(dataSet(classes, synsets), labels);
  return classes.map((_, index) => classOf(index));
}

it('returns labels unchanged if the data set has no class names', () => {
  expect(matchClasses(dataSet(undefined), LABELS)(2)).toBe(2);
});

it('finds labels or entries of them, ignoring case and underscores', () => {
  expect(indices(['Great_grey_owl', 'tench', 'tench, tinca tinca', 'CRANE'], LABELS)).toEqual([2, 0, 0, 1]);
});

it('finds ids by the data set’s list, by labels that start with them, or by their order', () => {
  expect(indices(['n01622779', 'n01440764'], LABELS, IDS)).toEqual([2, 0]);
  const withIds = LABELS.map((label, index) => `${IDS[index]} ${label}`);
  expect(indices(['n03126707', 'n02012849'], withIds)).toEqual([3, 1]);
  expect(indices(IDS, LABELS)).toEqual([0, 2, 1, 3]);
});

it('finds indices', () => {
  expect(indices(['3', '00', '1'], LABELS)).toEqual([3, 0, 1]);
  expect(indices(['1', '0'], ['1', '0'])).toEqual([0, 1]);
});

it('rejects names without a class and lists them', () => {
  const expectRejection = (classes: readonly string[], message: RegExp, missing: string) =>
    expect(() => indices(classes, LABELS)).toThrow(
      expect.objectContaining({
        code: 'unknown-class',
        message: expect.stringMatching(message),
        details: { classes: missing },
      }),
    );
  expectRejection(
    ['tench', 'zebra'],
    /^1 of 2 classes .*: 'zebra'\. The model's 4 classes are 'tench, Tinca tinca'/,
    'zebra',
  );
  expectRejection(['0', '4'], /'4'/, '4');
  expectRejection(['n01440764', 'n02012849'], /2 of 2/, 'n01440764, n02012849');
});
