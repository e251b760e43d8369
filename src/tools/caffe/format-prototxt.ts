/** The name of an enum's value, which stands without quotes. */
export class EnumName {
  constructor(readonly text: string) {}
}

type PrototxtScalar = string | number | boolean | EnumName;

/** A message to be written: fields in order; a list is a repeated field, and what is undefined is left out. */
export interface WritableMessage {
  readonly [field: string]:
    | PrototxtScalar
    | WritableMessage
    | readonly (PrototxtScalar | WritableMessage)[]
    | undefined;
}

/** Writes the text format of protocol buffers, one field a line, so that `parsePrototxt` reads the same fields back. */
export function formatPrototxt(message: WritableMessage): string {
  return fieldLines(message)
    .map((line) => `${line}\n`)
    .join('');
}

function fieldLines(message: WritableMessage): string[] {
  return Object.entries(message).flatMap(([name, content]) =>
    [content ?? []].flat().flatMap((value) => {
      if (!isMessage(value)) return [`${name}: ${formatScalar(value)}`];
      return [`${name} {`, ...fieldLines(value).map((line) => `  ${line}`), '}'];
    }),
  );
}

function isMessage(value: PrototxtScalar | WritableMessage): value is WritableMessage {
  return typeof value === 'object' && !(value instanceof EnumName);
}

function formatScalar(value: PrototxtScalar): string {
  if (value instanceof EnumName) return value.text;
  return typeof value === 'string' ? quoted(value) : String(value);
}

function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not stand in a string as they are.
  const escaped = text.replace(/["\\\u0000-\u001f]/g, (character) =>
    character === '"' || character === '\\' ? `\\${character}` : `\\${octal(character)}`,
  );
  return `"${escaped}"`;
}

function octal(character: string): string {
  return character.charCodeAt(0).toString(8).padStart(3, '0');
}

/** The shortest decimal number that is this float32. */
export function shortestFloat(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}
