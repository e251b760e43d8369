import { readdirSync, readFileSync } from 'node:fs';

/** A block of code in a Markdown file. */
export interface Sample {
  /** As on the line that opens it: `ts`, `html`. */
  readonly language: string;
  /** File and line. */
  readonly place: string;
  readonly code: string;
}

const FENCED = /^```(\w+)\n([\s\S]*?)^```/gm;

/** The Markdown files that people wrote. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('api'))
    .map((name) => `docs/${name}`),
].sort();

export const SAMPLES: readonly Sample[] = PAGES.flatMap((page) => {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(FENCED)].map((match) => ({
    language: match[1] ?? '',
    place: `${page}:${text.slice(0, match.index).split('\n').length}`,
    code: match[2] ?? '',
  }));
});
