import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PrototxtMessage, type PrototxtValue, parsePrototxt } from '../../../src/tools/caffe/prototxt.ts';

describe('parsePrototxt', () => {
  it('reads messages with and without colon, in braces and in angle brackets', () => {
    expect(plain('a { x: 1 } b: { x: 2 } c < x: 3 >')).toEqual([
      ['a', [['x', 1]]],
      ['b', [['x', 2]]],
      ['c', [['x', 3]]],
    ]);
  });

  it('reads a list as a repeated field, of scalars and of messages', () => {
    expect(plain('dim: [1, 3, 8] dim: 9 none: [] p: [{ x: 1 }, { x: 2 }]')).toEqual([
      ['dim', 1],
      ['dim', 3],
      ['dim', 8],
      ['dim', 9],
      ['p', [['x', 1]]],
      ['p', [['x', 2]]],
    ]);
  });

  it.each([
    ['12', 12],
    ['-12', -12],
    ['0x1F', 31],
    ['-0xff', -255],
    ['017', 15],
    ['0', 0],
    ['1.5', 1.5],
    ['1.', 1],
    ['.5', 0.5],
    ['1e-5', 1e-5],
    ['2.5E+3', 2500],
    ['0.5f', 0.5],
    ['10F', 10],
    ['- 3', -3],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['-nan', Number.NaN],
  ])('reads the number %s', (text, value) => {
    expect(plain(`x: ${text}`)).toEqual([['x', value]]);
  });

  it('returns words as they are', () => {
    expect(plain('pool: MAX bias_term: false eps: inf')).toEqual([
      ['pool', { word: 'MAX' }],
      ['bias_term', { word: 'false' }],
      ['eps', { word: 'inf' }],
    ]);
  });

  it('reads escaped, adjacent and differently quoted strings', () => {
    const text = String.raw`a: "x\"y'\n\t\\" b: 'x\'y"' c: "one " 'two' d: "\303\251\xc3\xa9\u00e9é🦆" e: ""`;
    expect(plain(text)).toEqual([
      ['a', 'x"y\'\n\t\\'],
      ['b', 'x\'y"'],
      ['c', 'one two'],
      ['d', 'éééé🦆'],
      ['e', ''],
    ]);
  });

  it('skips comments, separators and a byte order mark', () => {
    expect(plain('\uFEFF# head\r\na: 1, # of a\nb: 2; c { x: 1, y: "#" };# tail')).toEqual([
      ['a', 1],
      ['b', 2],
      [
        'c',
        [
          ['x', 1],
          ['y', '#'],
        ],
      ],
    ]);
  });

  it.each([
    ['a: 1\nb: {\n  c 2\n}', 3, 5],
    ['a: 1\n}', 2, 1],
    ['\n a: "open\n"', 2, 5],
    ['layer {\n  name: "x"\n', 1, 7],
    ['a: 3x', 1, 4],
    ['a: -MAX', 1, 4],
    ['a: [1, 2', 1, 9],
    ['a: "\\q"', 1, 5],
    ['a:', 1, 3],
    ['<!DOCTYPE html>', 1, 1],
    ['# a\r\n\t: 1', 2, 2],
  ])('reports the position of the error in %j', (text, line, column) => {
    expect(() => parsePrototxt(text)).toThrow(
      expect.objectContaining({
        code: 'prototxt-syntax',
        details: { line, column },
        message: expect.stringContaining(`line ${line}, column ${column}`),
      }),
    );
  });

  it('rejects nesting that would exhaust the stack', () => {
    expect(() => parsePrototxt('a{'.repeat(1e6))).toThrow(expect.objectContaining({ code: 'prototxt-syntax' }));
  });

  it('reads every spelling of a message', () => {
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.nat(9)), (message, choices) => {
        expect(plain(printed(message, choices))).toEqual(message);
      }),
    );
  });

  it('throws only prototxt-syntax errors', () => {
    const shreds = fc.array(
      fc.constantFrom('a', ':', '{', '}', '[', ']', '"', "'", '\\', '1', '-', '.', '\n', '#', '<', '>', ',', ' '),
    );
    fc.assert(
      fc.property(shreds, (parts) => {
        try {
          parsePrototxt(parts.join(''));
        } catch (error) {
          expect(error).toMatchObject({ code: 'prototxt-syntax' });
        }
      }),
    );
  });
});

type Plain = [name: string, value: string | number | { word: string } | Plain[]];

function plain(text: string): Plain[] {
  return plainMessage(parsePrototxt(text));
}

function plainMessage({ fields }: PrototxtMessage): Plain[] {
  return fields.map(({ name, value }) => [name, plainValue(value)]);
}

function plainValue(value: PrototxtValue): Plain[1] {
  switch (value.kind) {
    case 'message':
      return plainMessage(value.message);
    case 'string':
      return value.text;
    case 'number':
      return value.number;
    case 'word':
      return { word: value.text };
  }
}

const names = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const { message: messages } = fc.letrec<{ message: Plain[]; field: Plain }>((tie) => ({
  message: fc.array(tie('field'), { maxLength: 5 }),
  field: fc.tuple(
    names,
    fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      names.map((word) => ({ word })),
      tie('message'),
    ),
  ),
}));

/** Returns a message in the spelling that `choices` selects. */
function printed(message: readonly Plain[], choices: fc.Stream<number>): string {
  const choose = <T>(...options: readonly T[]) => options[(choices.next().value ?? 0) % options.length] as T;
  return message
    .map(([name, value]) => {
      const after = choose(' ', '\n', ', ', ';\n', ' # "comment" {\n');
      if (Array.isArray(value)) {
        const [open, close] = choose(['{', '}'], ['<', '>']);
        return `${name}${choose('', ': ', ' ')}${open} ${printed(value, choices)} ${close}${after}`;
      }
      if (typeof value === 'number') return `${name}: ${value}${after}`;
      if (typeof value === 'object') return `${name}${choose(':', ' : ')}${value.word}${after}`;
      const characters = [...value];
      const cut = choose(0, Math.floor(characters.length / 2));
      const halves = [characters.slice(0, cut), characters.slice(cut)].map((half) =>
        quoted(half.join(''), choose('"', "'")),
      );
      return `${name}: ${halves.join(choose('', ' ', '\n'))}${after}`;
    })
    .join('');
}

function quoted(text: string, quote: string): string {
  return quote + text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n') + quote;
}
