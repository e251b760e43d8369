const LOOP = /#(\w+):(\d+)\{/;

/** Writes out the loops that the build marks in shaders: `#r:2{…}` becomes `{const r=0u;…}{const r=1u;…}`. */
export function unrolled(shader: string): string {
  const loop = LOOP.exec(shader);
  if (!loop) return shader;
  const [mark, name, count] = loop;
  const start = loop.index + mark.length;
  const end = closingBrace(shader, start);
  const body = unrolled(shader.slice(start, end));
  const iterations = Array.from({ length: Number(count) }, (_, value) => `{const ${name}=${value}u;${body}}`);
  return shader.slice(0, loop.index) + iterations.join('') + unrolled(shader.slice(end + 1));
}

/** Returns the index of the brace that closes the block whose text begins at `start`. */
function closingBrace(text: string, start: number): number {
  let index = start;
  for (let depth = 1; ; index++) {
    if (text[index] === '{') depth++;
    if (text[index] === '}' && --depth === 0) return index;
  }
}
