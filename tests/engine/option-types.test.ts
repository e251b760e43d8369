import { expect, it } from 'vitest';
import { CLASSIFICATION_OPTIONS, checkOptionTypes } from '../../src/engine/option-types.ts';

const check = (options: unknown) => () => checkOptionTypes('classify', options, CLASSIFICATION_OPTIONS);

it('accepts known options, and undefined for each of them', () => {
  expect(check({})).not.toThrow();
  expect(check({ maxResults: 3, categoryAllowlist: ['cat'], scores: true })).not.toThrow();
  const names = Object.keys(CLASSIFICATION_OPTIONS);
  expect(check(Object.fromEntries(names.map((name) => [name, undefined])))).not.toThrow();
});

it.each([
  ['maxResult', 'maxResults'],
  ['MaxResults', 'maxResults'],
  ['treshold', undefined],
  ['scoreTreshold', 'scoreThreshold'],
  ['categoryWhitelist', undefined],
  ['categoryAllowList', 'categoryAllowlist'],
  ['k', undefined],
])('rejects the unknown option %s and suggests %s', (name, suggested) => {
  expect(check({ [name]: 1 })).toThrow(
    expect.objectContaining({
      code: 'invalid-option',
      message: suggested
        ? `\`${name}\` is not an option of classify; did you mean \`${suggested}\`?`
        : expect.stringContaining('accepted are maxResults, scoreThreshold, '),
    }),
  );
});

it.each(['constructor', 'toString', '__proto__x'])('rejects %s, which every object has', (name) => {
  expect(check({ [name]: 1 })).toThrow(/is not an option of classify/);
});

it.each([
  [{ maxResults: '3' }, /maxResults.*'3'.*number/],
  [{ scores: null }, /scores.*null.*boolean/],
  [5, /options of classify are 5/],
  [null, /options of classify are null/],
])('rejects the wrong type in %o', (options, message) => {
  expect(check(options)).toThrow(message);
  expect(check(options)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});
