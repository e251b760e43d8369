import { HwgqError } from '../errors.ts';

/** A value of protobuf's text format: enums stay words, strings are marked so that the two are not mixed up. */
export type TextValue = number | boolean | Message | { readonly text: string } | { readonly word: string };

/** One message: its fields in order, each with its place for error messages. */
export class Message {
  readonly fields: {
    readonly name: string;
    readonly value: TextValue;
    readonly line: number;
    readonly column: number;
  }[] = [];

  /** All values of a field, in order. */
  all(name: string): TextValue[] {
    return this.fields.filter((field) => field.name === name).map((field) => field.value);
  }

  messages(name: string): Message[] {
    return this.all(name).map((value) => (value instanceof Message ? value : this.wrong(name, 'a message { … }')));
  }

  /** The last message of that name, or an empty one. */
  message(name: string): Message {
    return this.messages(name).at(-1) ?? new Message();
  }

  numbers(name: string): number[] {
    return this.all(name).map((value) => (typeof value === 'number' ? value : this.wrong(name, 'a number')));
  }

  number(name: string): number | undefined {
    return this.numbers(name).at(-1);
  }

  boolean(name: string): boolean | undefined {
    const value = this.all(name).at(-1);
    if (value === undefined || typeof value === 'boolean') return value;
    return value === 1 ? true : value === 0 ? false : this.wrong(name, 'true or false');
  }

  strings(name: string): string[] {
    return this.all(name).map((value) =>
      typeof value === 'object' && !(value instanceof Message) && 'text' in value
        ? value.text
        : this.wrong(name, 'a quoted string'),
    );
  }

  string(name: string): string | undefined {
    return this.strings(name).at(-1);
  }

  /** An enum's word; protobuf also takes strings and numbers there, which are given as text. */
  word(name: string): string | undefined {
    const value = this.all(name).at(-1);
    if (value === undefined || typeof value !== 'object') return value === undefined ? undefined : String(value);
    if (value instanceof Message) return this.wrong(name, 'a word');
    return 'word' in value ? value.word : value.text;
  }

  private wrong(name: string, wanted: string): never {
    const { line, column } = this.fields.findLast((field) => field.name === name) ?? { line: 0, column: 0 };
    return fail(`'${name}' must be ${wanted}`, line, column);
  }
}

/**
 * Parses protobuf's text format, as prototxt files are written in.
 * @throws HwgqError `prototxt-syntax` with line and column.
 */
export function parseText(text: string): Message {
  return new Parser(text).parseMessage(undefined);
}

const TOKEN =
  /(?:[\s,;]|#[^\n]*)*(?:([A-Za-z_][\w.]*)|([-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[fF]?|-\s*(?:inf|nan)\b)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|([{}<>:[\]])|($))/y;

interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'mark' | 'end';
  readonly text: string;
  readonly start: number;
}

class Parser {
  private position = 0;
  private token: Token;

  constructor(private readonly text: string) {
    this.token = this.read();
  }

  parseMessage(close: string | undefined): Message {
    const message = new Message();
    for (;;) {
      const { kind, text, start } = this.token;
      if (kind === 'end' && close === undefined) return message;
      if (close !== undefined && text === close && kind === 'mark') {
        this.advance();
        return message;
      }
      if (kind !== 'word')
        this.failHere(close && kind === 'end' ? `'${close}' is missing` : `a field name is expected`);
      this.advance();
      const hasColon = this.take(':');
      const place = this.place(start);
      if (this.take('[')) {
        while (!this.take(']')) message.fields.push({ name: text, value: this.parseValue(true), ...place });
      } else {
        message.fields.push({ name: text, value: this.parseValue(hasColon), ...place });
      }
    }
  }

  private parseValue(hasColon: boolean): TextValue {
    if (this.take('{')) return this.parseMessage('}');
    if (this.take('<')) return this.parseMessage('>');
    if (!hasColon) this.failHere(`':' or '{' is expected`);
    const { kind, text } = this.token;
    switch (kind) {
      case 'number':
        this.advance();
        return toNumber(text);
      case 'word':
        this.advance();
        if (text === 'true' || text === 'false') return text === 'true';
        if (text === 'inf' || text === 'nan') return toNumber(text);
        return { word: text };
      case 'string': {
        let joined = '';
        while (this.token.kind === 'string') {
          joined += unescapeText(this.token.text.slice(1, -1));
          this.advance();
        }
        return { text: joined };
      }
      default:
        return this.failHere('a value is expected');
    }
  }

  private take(mark: string): boolean {
    const isThere = this.token.kind === 'mark' && this.token.text === mark;
    if (isThere) this.advance();
    return isThere;
  }

  private advance(): void {
    this.token = this.read();
  }

  private read(): Token {
    TOKEN.lastIndex = this.position;
    const match = TOKEN.exec(this.text);
    if (!match) {
      const skipped = /(?:[\s,;]|#[^\n]*)*/y;
      skipped.lastIndex = this.position;
      const start = this.position + (skipped.exec(this.text)?.[0].length ?? 0);
      const { line, column } = this.place(start);
      return fail(`'${this.text.slice(start, start + 10)}' is not understood`, line, column);
    }
    const kinds = ['word', 'number', 'string', 'mark', 'end'] as const;
    const group = match.slice(1).findIndex((part) => part !== undefined);
    const text = match[group + 1] ?? '';
    this.position = TOKEN.lastIndex;
    return { kind: kinds[group] ?? 'end', text, start: this.position - text.length };
  }

  private place(start: number): { line: number; column: number } {
    const before = this.text.slice(0, start).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }

  private failHere(what: string): never {
    const { line, column } = this.place(this.token.start);
    const seen = this.token.kind === 'end' ? 'the file ends here' : `'${this.token.text}' stands here`;
    return fail(`${what}, but ${seen}`, line, column);
  }
}

function toNumber(text: string): number {
  const bare = text.replace(/\s/g, '');
  if (/inf$/.test(bare)) return bare.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^[-+]?0x/i.test(bare)) return (bare.startsWith('-') ? -1 : 1) * Number(bare.replace(/^[-+]/, ''));
  return Number(bare.replace(/f$/i, ''));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unescapeText(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/g, (_, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return ESCAPES[code] ?? code;
  });
}

function fail(what: string, line: number, column: number): never {
  throw new HwgqError('prototxt-syntax', `Line ${line}, column ${column}: ${what}. Is this a prototxt file?`, {
    line,
    column,
  });
}
