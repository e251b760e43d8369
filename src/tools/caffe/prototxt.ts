import { HwgqError } from '../../errors.ts';

/** A position in a text. Lines and columns count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** A value. A word is unquoted text, such as an enum name, `true` or `inf`, which only the schema can distinguish. */
export type PrototxtValue =
  | { readonly kind: 'message'; readonly message: PrototxtMessage }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'word'; readonly text: string };

/** A field `name: value`. A list `name: [a, b]` is one field for each value. */
export interface PrototxtField {
  readonly name: string;
  readonly value: PrototxtValue;
  readonly position: TextPosition;
}

export interface PrototxtMessage {
  readonly fields: readonly PrototxtField[];
  readonly position: TextPosition;
}

/** The limit of protocol buffers, which keeps a malicious file from exhausting the stack. */
const MAX_DEPTH = 100;

/** Whitespace, or a comment. A file may have millions in a row, too many for one match of all of them. */
const BLANK = /\s+|#[^\n]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?/y;
const OCTAL = /^0[0-7]+$/;
const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|([abfnrtv\\'"?]))/y;
const CONTROL_CHARACTERS: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/**
 * Parses the text format of protocol buffers, as in Caffe's `.prototxt` files, without a schema.
 * @throws HwgqError `prototxt-syntax` with line and column.
 */
export function parsePrototxt(text: string): PrototxtMessage {
  return new Parser(text).parse();
}

/** Returns a `prototxt-syntax` error at a position of the text. */
export function prototxtError(position: TextPosition, problem: string): HwgqError {
  const { line, column } = position;
  return new HwgqError('prototxt-syntax', `Prototxt, line ${line}, column ${column}: ${problem}`, { line, column });
}

class Parser {
  #offset = 0;
  #line = 1;
  #lineStart = 0;
  #depth = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): PrototxtMessage {
    if (this.#text.startsWith('\uFEFF')) this.#offset = this.#lineStart = 1;
    this.#skipBlank();
    const message = this.#fieldsUntil('');
    if (this.#offset < this.#text.length) throw this.#unexpected('a field name');
    return message;
  }

  /** Reads fields up to a closing bracket, which it does not consume, or to the end of the text. */
  #fieldsUntil(close: string): PrototxtMessage {
    const position = this.#position();
    const fields: PrototxtField[] = [];
    while (this.#offset < this.#text.length && this.#text[this.#offset] !== close) {
      const start = this.#position();
      const name = this.#match(NAME);
      if (name === undefined) throw this.#unexpected('a field name');
      this.#skipBlank();
      for (const value of this.#fieldValues()) fields.push({ name, value, position: start });
      if (!this.#take(',')) this.#take(';');
    }
    return { fields, position };
  }

  #fieldValues(): PrototxtValue[] {
    const hasColon = this.#take(':');
    if (this.#take('[')) return this.#list();
    const message = this.#message();
    if (message) return [message];
    if (!hasColon) throw this.#unexpected("':' or '{'");
    return [this.#scalar()];
  }

  #list(): PrototxtValue[] {
    const values: PrototxtValue[] = [];
    if (this.#take(']')) return values;
    do values.push(this.#message() ?? this.#scalar());
    while (this.#take(','));
    if (!this.#take(']')) throw this.#unexpected("',' or ']'");
    return values;
  }

  #message(): PrototxtValue | undefined {
    const start = this.#position();
    const close = this.#take('{') ? '}' : this.#take('<') ? '>' : undefined;
    if (close === undefined) return undefined;
    if (++this.#depth > MAX_DEPTH)
      throw prototxtError(start, `Messages are nested more than ${MAX_DEPTH} levels deep.`);
    const message = this.#fieldsUntil(close);
    if (!this.#take(close)) throw prototxtError(start, `The message has no closing '${close}'.`);
    this.#depth--;
    return { kind: 'message', message };
  }

  #scalar(): PrototxtValue {
    if (this.#text[this.#offset] === '"' || this.#text[this.#offset] === "'")
      return { kind: 'string', text: this.#strings() };
    const start = this.#position();
    const sign = this.#take('-') ? -1 : 1;
    const word = this.#match(NAME);
    if (word !== undefined) {
      this.#skipBlank();
      if (sign === 1) return { kind: 'word', text: word };
      if (!/^(inf|infinity|nan)$/i.test(word)) throw prototxtError(start, `'-${word}' is not a number.`);
      return { kind: 'number', number: /^n/i.test(word) ? Number.NaN : Number.NEGATIVE_INFINITY };
    }
    const digits = this.#match(NUMBER);
    if (digits === undefined) throw this.#unexpected('a value');
    const rest = this.#match(NAME);
    if (rest !== undefined) throw prototxtError(start, `'${digits}${rest}' is not a number.`);
    this.#skipBlank();
    return { kind: 'number', number: sign * numberOf(digits) };
  }

  /** Reads one string, or several adjacent ones as one. Escapes are bytes of UTF-8. */
  #strings(): string {
    const bytes: number[] = [];
    const encoder = new TextEncoder();
    for (let quote = this.#text[this.#offset]; quote === '"' || quote === "'"; quote = this.#text[this.#offset]) {
      const start = this.#position();
      this.#offset++;
      while (this.#text[this.#offset] !== quote) {
        const character = this.#text.codePointAt(this.#offset);
        if (character === undefined || character === 10)
          throw prototxtError(start, `The string has no closing ${quote}.`);
        if (character === 92) bytes.push(...this.#escape());
        else {
          const literal = String.fromCodePoint(character);
          bytes.push(...encoder.encode(literal));
          this.#offset += literal.length;
        }
      }
      this.#offset++;
      this.#skipBlank();
    }
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }

  #escape(): Iterable<number> {
    ESCAPE.lastIndex = this.#offset;
    const match = ESCAPE.exec(this.#text);
    if (!match)
      throw prototxtError(
        this.#position(),
        `'${this.#text.slice(this.#offset, this.#offset + 2)}' is not an escape sequence.`,
      );
    this.#offset = ESCAPE.lastIndex;
    const [, hex, octal, unicode, letter = ''] = match;
    if (hex !== undefined) return [Number.parseInt(hex, 16)];
    if (octal !== undefined) return [Number.parseInt(octal, 8) & 0xff];
    if (unicode !== undefined) return new TextEncoder().encode(String.fromCharCode(Number.parseInt(unicode, 16)));
    return [CONTROL_CHARACTERS[letter] ?? letter.charCodeAt(0)];
  }

  /** Reads a character and the whitespace after it. Returns false if the next character is a different one. */
  #take(character: string): boolean {
    if (this.#text[this.#offset] !== character) return false;
    this.#offset++;
    this.#skipBlank();
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text)?.[0];
    this.#offset += match?.length ?? 0;
    return match;
  }

  /** Skips whitespace and counts lines. Names, numbers and strings do not span lines. */
  #skipBlank(): void {
    for (let start = this.#offset; ; start = this.#offset) {
      const blank = this.#match(BLANK);
      if (blank === undefined) return;
      const lineEnds = blank.split('\n').length - 1;
      if (lineEnds === 0) continue;
      this.#line += lineEnds;
      this.#lineStart = start + blank.lastIndexOf('\n') + 1;
    }
  }

  #position(): TextPosition {
    return { line: this.#line, column: this.#offset - this.#lineStart + 1 };
  }

  #unexpected(wanted: string): HwgqError {
    const seen = this.#text.slice(this.#offset, this.#offset + 20).split('\n', 1)[0];
    const seenText = this.#offset < this.#text.length ? `'${seen}'` : 'the end of the file';
    return prototxtError(this.#position(), `Expected ${wanted}, found ${seenText}.`);
  }
}

function numberOf(digits: string): number {
  if (/^0x/i.test(digits)) return Number(digits);
  return OCTAL.test(digits) ? Number.parseInt(digits, 8) : Number.parseFloat(digits);
}
