import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { placeholdersIn } from './placeholders.ts';
import { PAGES } from './samples.ts';

const FILES = [
  ...PAGES,
  'CHANGELOG.md',
  ...readdirSync('models')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `models/${name}`),
];

describe('placeholders', () => {
  it.each(FILES)('are absent from %s', (file) => {
    expect(placeholdersIn(readFileSync(file, 'utf8'))).toEqual([]);
  });

  it.each([
    ['an unfinished word', 'The limit is TBD.', ['TBD']],
    ['a name instead of a percentage', '| net | 84.44% | TOP5% |', ['TOP5%']],
    ['an empty cell among figures', '| net | top-1 |\n|---|---|\n| a | 59.6% |\n| b | |\n', ['b: no top-1']],
    ['a question mark among figures', '| net | bytes |\n|---|---|\n| a | 1,024 |\n| b | ? |\n', ['b: no bytes']],
  ])('are found: %s', (_, markdown, placeholders) => {
    expect(placeholdersIn(markdown)).toEqual(placeholders);
  });

  it.each([
    ['an empty cell in a column of words', '| name | default |\n|---|---|\n| a | `300` |\n| b | |\n'],
    ['a percentage', 'It names 84.41% of 10,000 pictures.'],
    ['code', '```sh\necho TODO\n```\n'],
  ])('do not include %s', (_, markdown) => {
    expect(placeholdersIn(markdown)).toEqual([]);
  });
});
