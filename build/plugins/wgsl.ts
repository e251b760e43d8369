import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

const INCLUDE = /^\/\/ #include "(.+)"$/gm;
const UNROLL = /\/\/ #unroll\s+for \(var (\w+) = 0u; \1 < ([^;]+); \1\+\+\) \{/;
const CONSTANT = /^const (\w+) = (.+);$/gm;
const COMMENT_OR_INDENT = /^\s+|\s*\/\/.*$/gm;

/**
 * Lets TypeScript import `.wgsl` files as text. Two comments are followed, so that a file is WGSL before and after:
 * - `// #include "other.wgsl"` stands for that file, each file once; a variant of a kernel is a file of constants that
 *   includes a common one;
 * - `// #unroll` writes the `for` loop behind it out, its bound made of numbers and constants of the file: what is
 *   indexed by the loop's variable can then stay in registers.
 * A shader's own names give way to short ones, except those that pipelines are made with.
 */
export function wgsl(): Plugin {
  return {
    name: 'wgsl',
    load(id) {
      if (!id.endsWith('.wgsl')) return undefined;
      const files = new Set<string>();
      const text = expand(id, files);
      for (const file of files) this.addWatchFile(file);
      const shader = unroll(text, constantsOf(text)).replace(COMMENT_OR_INDENT, '').replace(/\n+/g, '\n');
      return {
        code: `export default ${JSON.stringify(shortened(shader, shortNames(dirname(id))))};`,
        map: null,
      };
    },
  };
}

/** A file's text with its includes, each file once. */
function expand(path: string, files: Set<string>): string {
  files.add(path);
  return readFileSync(path, 'utf8').replace(INCLUDE, (_, name: string) => {
    const included = resolve(dirname(path), name);
    return files.has(included) ? '' : expand(included, files);
  });
}

function constantsOf(text: string): ReadonlyMap<string, number> {
  const constants = new Map<string, number>();
  for (const [, name, value] of text.matchAll(CONSTANT))
    constants.set(name as string, evaluate(value as string, constants));
  return constants;
}

/** Sums, differences and products of whole numbers and constants. */
function evaluate(expression: string, constants: ReadonlyMap<string, number>): number {
  const numbers = expression.replace(/\b\d+u|\w+/g, (token) =>
    String(constants.get(token) ?? Number.parseInt(token, 10)),
  );
  const product = (factors: string) => factors.split('*').reduce((result, factor) => result * Number(factor), 1);
  return numbers.split('+').reduce((sum, terms) => {
    const [first, ...others] = terms.split('-').map(product);
    return others.reduce((difference, other) => difference - other, sum + (first as number));
  }, 0);
}

function unroll(text: string, constants: ReadonlyMap<string, number>): string {
  const loop = UNROLL.exec(text);
  if (!loop) return text;
  const [head, name, bound] = loop;
  const start = loop.index + head.length;
  const end = closingBrace(text, start);
  const body = unroll(text.slice(start, end), constants);
  const copies = Array.from(
    { length: evaluate(bound as string, constants) },
    (_, value) => `{\nconst ${name} = ${value}u;${body}}`,
  );
  return `${text.slice(0, loop.index)}${copies.join('\n')}${unroll(text.slice(end + 1), constants)}`;
}

const DECLARED = /\b(?:fn|let|const|struct|var(?:<[^>]*>)?)\s+(\w+)|(?<![.\w])(\w+)\s*:/g;
const FUNCTION_OR_STRUCT = /\b(?:fn|struct)\s+(\w+)/g;
/** Overrides and entry points; address spaces and access modes; what is short already, components of vectors among it. */
const KEPT = /\boverride\s+(\w+)|@compute[^{]*?\bfn\s+(\w+)|\bvar<(\w+)(?:,\s*(\w+))?>|\b(\w\w?)\b/g;
const CALLED = /(?<!\w)(\w+)\(/g;
const WORD = /(?<!@)\b[A-Za-z_]\w*/g;
const SPACE_AT_PUNCTUATION = /\s*([{}();,=:])\s*|(?<=[\w)\]] ?) ?([-+*/%^<>&|=!]+) ?(?=[\w(])/g;

/**
 * Short names for those that shaders of a folder declare, the shortest for the most frequent, and the same in all: what
 * they share then packs well.
 */
function shortNames(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.wgsl'));
  const text = files
    .map((file) => readFileSync(resolve(folder, file), 'utf8').replace(COMMENT_OR_INDENT, ''))
    .join('\n');
  const own = namesIn(text, FUNCTION_OR_STRUCT);
  const kept = namesIn(text, KEPT);
  const called = namesIn(text, CALLED);
  const isBuiltin = (name: string) => called.has(name) && !own.has(name);
  const declared = [...namesIn(text, DECLARED)].filter((name) => !kept.has(name) && !isBuiltin(name));
  const words = text.match(WORD) ?? [];
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  declared.sort((a, b) => (counts.get(b) as number) - (counts.get(a) as number));
  const unused = unusedNames(new Set(words));
  return new Map(declared.map((name) => [name, unused.next().value as string]));
}

function shortened(shader: string, names: ReadonlyMap<string, string>): string {
  return shader.replace(WORD, (word) => names.get(word) ?? word).replace(SPACE_AT_PUNCTUATION, '$1$2');
}

function namesIn(shader: string, pattern: RegExp): Set<string> {
  return new Set([...shader.matchAll(pattern)].flatMap(([, ...names]) => names.filter((name) => name !== undefined)));
}

/** Short names in the order of their length: letters, then letters with a number, which no keyword is. */
function* unusedNames(used: ReadonlySet<string>): Generator<string, void> {
  for (let number = -1; ; number++) {
    for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz') {
      const name = number < 0 ? letter : `${letter}${number}`;
      if (!used.has(name)) yield name;
    }
  }
}

/** Where the block ends whose text begins at `start`. */
function closingBrace(text: string, start: number): number {
  let depth = 1;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '{') depth++;
    if (text[index] === '}' && --depth === 0) return index;
  }
  throw new Error('A loop to be unrolled has no end.');
}
