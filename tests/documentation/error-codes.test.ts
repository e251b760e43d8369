import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('documents every error code with the words of its docstring', () => {
  const source = readFileSync('src/errors.ts', 'utf8').split('/** The details of an error')[0] ?? '';
  const codes = [...source.matchAll(/\/\*\* (.*?)(?: Details: (.*)\.)? \*\/\n\s+\| '([\w-]+)'/g)].map(
    ([, meaning, details = 'none', code]) => `| \`${code}\` | ${meaning} | ${details} |`,
  );
  expect(codes).toHaveLength(source.match(/\| '/g)?.length ?? 0);
  const guide = readFileSync('docs/guides/embedding.md', 'utf8');
  expect(guide.split('\n').filter((line) => codes.includes(line))).toEqual(codes);
});
