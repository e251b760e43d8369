/**
 * The texts of a shader's file and of all that it includes. Loops `#name<bound{…}`, bounds made of numbers and of the
 * shader's constants, are to be written out: what is indexed by the loop's variable can then stay in registers.
 */
export type Shader = readonly string[];

const LOOP = /#(\w+)<([^{]+){/;
const CONSTANT = /\bconst (\w+)=([^;]+);/g;

/** A shader as WGSL: each text once, loops written out. */
export function shaderText(shader: Shader): string {
  const text = [...new Set(shader)].join('\n');
  return writtenOut(text, new Map([...text.matchAll(CONSTANT)].map(([, name = '', value = '']) => [name, value])));
}

function writtenOut(text: string, constants: ReadonlyMap<string, string>): string {
  const loop = LOOP.exec(text);
  if (!loop) return text;
  const [head, name, bound = ''] = loop;
  const start = loop.index + head.length;
  const end = closingBrace(text, start);
  const body = writtenOut(text.slice(start, end), constants);
  const copies = Array.from({ length: evaluated(bound, constants) }, (_, value) => `{const ${name}=${value}u;${body}}`);
  return text.slice(0, loop.index) + copies.join('\n') + writtenOut(text.slice(end + 1), constants);
}

/** Of sums, differences and products of whole numbers and constants. */
function evaluated(expression: string, constants: ReadonlyMap<string, string>): number {
  const combined = (sign: string, combine: (left: number, right: number) => number) => {
    const place = expression.lastIndexOf(sign);
    const [left, right] = [expression.slice(0, place), expression.slice(place + 1)];
    return place < 0 ? undefined : combine(evaluated(left, constants), evaluated(right, constants));
  };
  const constant = constants.get(expression);
  return (
    combined('+', (left, right) => left + right) ??
    combined('-', (left, right) => left - right) ??
    combined('*', (left, right) => left * right) ??
    (constant ? evaluated(constant, constants) : Number.parseInt(expression, 10))
  );
}

/** Where the block ends whose text begins at `start`. */
function closingBrace(text: string, start: number): number {
  let end = start;
  for (let depth = 1; end < text.length; end++) {
    if (text[end] === '{') depth++;
    if (text[end] === '}' && --depth === 0) break;
  }
  return end;
}
