import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

const INCLUDE = /^\/\/ #include "(.+)"$/gm;
const UNROLL = /\/\/ #unroll\s+for \(var (\w+) = 0u; \1 < ([^;]+); \1\+\+\) \{/g;
const COMMENT_OR_INDENT = /^\s+|\s*\/\/.*$/gm;

/**
 * Lets TypeScript import `.wgsl` files, each as a list of texts: its own, and those of the files that it includes. Two
 * comments are followed, so that a file is WGSL before:
 * - `// #include "other.wgsl"` adds that file; a variant of a kernel is a file of constants that includes a common one;
 * - `// #unroll` marks the `for` loop behind it, which `shaderText` writes out.
 * A shader's own names give way to short ones, except those that pipelines are made with.
 */
export function wgsl(): Plugin {
  return {
    name: 'wgsl',
    load(id) {
      if (!id.endsWith('.wgsl')) return undefined;
      const source = readFileSync(id, 'utf8');
      const files = [...source.matchAll(INCLUDE)].map(([, file]) => file);
      const imports = files.map((file, index) => `import file${index} from ${JSON.stringify(`./${file}`)};`);
      const text = source.replace(UNROLL, '#$1<$2{').replace(COMMENT_OR_INDENT, '').replace(/\n+/g, '\n');
      const texts = [
        JSON.stringify(shortened(text, shortNames(dirname(id)))),
        ...files.map((_, index) => `...file${index}`),
      ];
      return { code: `${imports.join('')}export default [${texts}];`, map: null };
    },
  };
}

const DECLARED = /\b(?:fn|let|const|struct|var(?:<[^>]*>)?)\s+(\w+)|(?<![.\w])(\w+)\s*:/g;
const FUNCTION_OR_STRUCT = /\b(?:fn|struct)\s+(\w+)/g;
/** Overrides and entry points; address spaces and access modes; what is short already, components of vectors among it. */
const KEPT = /\boverride\s+(\w+)|@compute[^{]*?\bfn\s+(\w+)|\bvar<(\w+)(?:,\s*(\w+))?>|\b(\w\w?)\b/g;
const CALLED = /(?<!\w)(\w+)\(/g;
const WORD = /(?<!@)\b[A-Za-z_]\w*/g;
const SPACE_AT_PUNCTUATION = /\s*([{}();,=:])\s*|(?<=[\w)\]]) ([-+*/%^<>&|=!]+) (?=[\w(])/g;

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
