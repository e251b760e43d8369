import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { withoutComments } from './wgsl-preprocessor.ts';

const DECLARED = /\b(?:fn|let|const|struct|alias|var(?:<[^>]*>)?)\s+(\w+)|(?<![.\w])(\w+)\s*:/g;
const FUNCTION_OR_STRUCT = /\b(?:fn|struct)\s+(\w+)/g;
/** Names that stay: overrides, entry points, address spaces, access modes, and short names such as vector components. */
const KEPT = /\boverride\s+(\w+)|@compute[^{]*?\bfn\s+(\w+)|\bvar<(\w+)(?:,\s*(\w+))?>|\b(\w\w?)\b/g;
const CALLED = /(?<!\w)(\w+)\(/g;
const WORD = /(?<!@)\b[A-Za-z_]\w*/g;
const SPACE_AT_PUNCTUATION = /\s*([{}();,=:])\s*|(?<=[\w)\]] ?) ?([-+*/%^<>&|=!]+) ?(?=[\w(])/g;

/**
 * Assigns a short name to each name that the shaders beside a shader declare, the shortest to the most frequent. Shaders
 * of one tree have the same short names, so that the text that they share compresses well.
 */
export function shortNames(path: string): ReadonlyMap<string, string> {
  const folder = treeOf(path);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wgsl'));
  const text = files.map((file) => withoutComments(readFileSync(resolve(folder, file), 'utf8'))).join('\n');
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

/** Replaces names and removes spaces beside punctuation. */
export function shortened(shader: string, names: ReadonlyMap<string, string>): string {
  return shader.replace(WORD, (word) => names.get(word) ?? word).replace(SPACE_AT_PUNCTUATION, '$1$2');
}

/** The folder `shaders` that a shader is in, or else its own folder. */
function treeOf(path: string): string {
  const folders = dirname(path).split('/');
  const root = folders.lastIndexOf('shaders');
  return root < 0 ? dirname(path) : folders.slice(0, root + 1).join('/');
}

function namesIn(shader: string, pattern: RegExp): Set<string> {
  return new Set([...shader.matchAll(pattern)].flatMap(([, ...names]) => names.filter((name) => name !== undefined)));
}

/** Yields short names by length: letters, then letters followed by a number, none of which is a keyword. */
function* unusedNames(used: ReadonlySet<string>): Generator<string, void> {
  for (let number = -1; ; number++) {
    for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz') {
      const name = number < 0 ? letter : `${letter}${number}`;
      if (!used.has(name)) yield name;
    }
  }
}
