import { readdirSync, readFileSync } from 'node:fs';

/** A block of code in a Markdown file. */
export interface Sample {
  /** The language on the line that opens the block: `ts`, `html`. */
  readonly language: string;
  /** File and line. */
  readonly place: string;
  readonly code: string;
}

/** A block may be indented, as part of a list. */
const FENCED = /^( *)```(\w+)\n([\s\S]*?)^\1```/gm;

/** The Markdown files that are not generated. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'RELEASING.md',
  'examples/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('api'))
    .map((name) => `docs/${name}`),
].sort();

export const SAMPLES: readonly Sample[] = PAGES.flatMap((page) => {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(FENCED)].map((match) => {
    const [, indent = '', language = '', code = ''] = match;
    const line = text.slice(0, match.index).split('\n').length;
    return { language, place: `${page}:${line}`, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') };
  });
});
