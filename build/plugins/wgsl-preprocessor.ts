import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const INCLUDE = /^\/\/ #include "(.+)"$/gm;
const UNROLL = /\/\/ #unroll\s+for \(var (\w+) = 0u; \1 < ([^;]+); \1\+\+\) \{/g;
const CONSTANT = /^const (\w+) = ([^;]+);/gm;
const COMMENT_OR_INDENT = /^\s+|\s*\/\/.*$/gm;

/** A preprocessed shader. */
export interface Shader {
  /** WGSL without comments and indentation, in which loops to unroll are marked: `#r:3{…}`, see `unrolled`. */
  readonly text: string;
  /** Paths of the shader and of all files that it includes. */
  readonly files: ReadonlySet<string>;
}

/**
 * Preprocesses a shader. Its directives are comments, so a file is valid syntax before and after:
 * - `// #include "other.wgsl"` inserts another file, each file once;
 * - `// #unroll` before a `for` loop marks it. Its iterations are written out before the shader is compiled, so that arrays
 *   indexed by the loop variable can stay in registers. The bound is an expression of integers and of the file's constants.
 * @param parameters values of integer constants that the file itself declares, such as `PIXELS=4`.
 * @throws Error if the file does not declare such a constant, or a value is not an unsigned integer.
 */
export function preprocess(path: string, parameters: URLSearchParams = new URLSearchParams()): Shader {
  const files = new Set<string>();
  const source = withParameters(path, readFileSync(path, 'utf8'), parameters);
  const text = withIncludes(path, source, files);
  return { text: withoutComments(markLoops(text, constantsOf(text))), files };
}

export function withoutComments(text: string): string {
  return text.replace(COMMENT_OR_INDENT, '').replace(/\n+/g, '\n');
}

function withParameters(path: string, source: string, parameters: URLSearchParams): string {
  let text = source;
  for (const [name, value] of parameters) {
    const declaration = new RegExp(`^const ${name} = \\d+u;$`, 'm');
    if (!declaration.test(text)) throw new Error(`${path} has no constant '${name}' like "const ${name} = 1u;".`);
    if (!/^\d+$/.test(value)) throw new Error(`${path}: ${name} is '${value}'. Pass an unsigned integer.`);
    text = text.replace(declaration, `const ${name} = ${value}u;`);
  }
  return text;
}

function withIncludes(path: string, source: string, files: Set<string>): string {
  files.add(path);
  return source.replace(INCLUDE, (_, name: string) => {
    const included = resolve(dirname(path), name);
    return files.has(included) ? '' : withIncludes(included, readFileSync(included, 'utf8'), files);
  });
}

type Constants = ReadonlyMap<string, number>;

function constantsOf(text: string): Constants {
  const constants = new Map<string, number>();
  for (const [, name, value] of text.matchAll(CONSTANT)) {
    constants.set(name as string, evaluate(value as string, constants));
  }
  return constants;
}

/** Evaluates an expression of unsigned integers and constants with `+ - * /` and parentheses. */
function evaluate(expression: string, constants: Constants): number {
  const tokens = expression.match(/\w+|[^\s\w]/g) ?? [];
  const primary = (): number => {
    const token = tokens.shift() ?? '';
    if (token !== '(') return constants.get(token) ?? Number.parseInt(token, 10);
    const value = sum();
    tokens.shift();
    return value;
  };
  const product = (): number => {
    let value = primary();
    while (tokens[0] === '*' || tokens[0] === '/') {
      value = tokens.shift() === '*' ? value * primary() : Math.floor(value / primary());
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[0] === '+' || tokens[0] === '-') value += tokens.shift() === '+' ? product() : -product();
    return value;
  };
  return sum();
}

/** Replaces the heads of loops to unroll with marks, which `unrolled` expands. */
function markLoops(text: string, constants: Constants): string {
  return text.replaceAll(UNROLL, (_, name: string, bound: string) => {
    const count = evaluate(bound, constants);
    if (!Number.isInteger(count)) throw new Error(`The bound '${bound}' of an unrolled loop is not a constant.`);
    return `#${name}:${count}{`;
  });
}
