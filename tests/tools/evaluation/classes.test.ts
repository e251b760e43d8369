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
    read: () => Promise.reject(new Error('There is no picture.')),
  };
}

function places(classes: readonly string[], labels: readonly string[], synsets?: readonly string[]): number[] {
  const classOf = matchClasses(dataSet(classes, synsets), labels);
  return classes.map((_, index) => classOf(index));
}

it('takes numbers as they are where the data set has no names', () => {
  expect(matchClasses(dataSet(undefined), LABELS)(2)).toBe(2);
});

it('finds labels, whatever their case and underscores, whole or one of their words', () => {
  expect(places(['Great_grey_owl', 'tench', 'tench, tinca tinca', 'CRANE'], LABELS)).toEqual([2, 0, 0, 1]);
});

it('finds ids by the data set’s list, by labels that begin with them, and by their order', () => {
  expect(places(['n01622779', 'n01440764'], LABELS, IDS)).toEqual([2, 0]);
  const withIds = LABELS.map((label, index) => `${IDS[index]} ${label}`);
  expect(places(['n03126707', 'n02012849'], withIds)).toEqual([3, 1]);
  expect(places(IDS, LABELS)).toEqual([0, 2, 1, 3]);
});

it('finds numbers from 0', () => {
  expect(places(['3', '00', '1'], LABELS)).toEqual([3, 0, 1]);
  expect(places(['1', '0'], ['1', '0'])).toEqual([0, 1]);
});

it('refuses what fits no class, and lists it', () => {
  const refused = (classes: readonly string[], message: RegExp, missing: string) =>
    expect(() => places(classes, LABELS)).toThrow(
      expect.objectContaining({
        code: 'unknown-class',
        message: expect.stringMatching(message),
        details: { classes: missing },
      }),
    );
  refused(['tench', 'zebra'], /^1 of 2 classes .*: 'zebra'\. The model's 4 classes are 'tench, Tinca tinca'/, 'zebra');
  refused(['0', '4'], /'4'/, '4');
  refused(['n01440764', 'n02012849'], /2 of 2/, 'n01440764, n02012849');
});
