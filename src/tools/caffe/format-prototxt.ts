/** The name of an enum value, which is written without quotes. */
export class EnumName {
  constructor(readonly text: string) {}
}

type PrototxtScalar = string | number | boolean | EnumName;

/** A message to write, with its fields in order. Arrays are repeated fields; undefined values are left out. */
export interface WritableMessage {
  readonly [field: string]:
    | PrototxtScalar
    | WritableMessage
    | readonly (PrototxtScalar | WritableMessage)[]
    | undefined;
}

/** Returns a message in the text format of protocol buffers, one field on each line. `parsePrototxt` reads it back. */
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
  return typeof value === 'string' ? quote(value) : String(value);
}

function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a string must not contain them unescaped.
  const escaped = text.replace(/["\\\u0000-\u001f]/g, (character) =>
    character === '"' || character === '\\' ? `\\${character}` : `\\${octal(character)}`,
  );
  return `"${escaped}"`;
}

function octal(character: string): string {
  return character.charCodeAt(0).toString(8).padStart(3, '0');
}

/** Returns the decimal number with the fewest digits that rounds to a float32 number. */
export function shortestFloat(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}
