import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readFields } from '../../../src/tools/caffe/wire.ts';
import { MessageWriter } from '../../../src/tools/onnx/wire.ts';

type Field = { readonly number: number } & (
  | { readonly kind: 'varint' | 'float'; readonly value: number }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'message'; readonly value: readonly Field[] }
);

const numbers = fc.integer({ min: 1, max: 2 ** 29 - 1 });

const { message: messages } = fc.letrec<{ message: readonly Field[]; field: Field }>((tie) => ({
  message: fc.array(tie('field'), { maxLength: 5 }),
  field: fc.oneof(
    { maxDepth: 4 },
    fc.record({ number: numbers, kind: fc.constant('varint' as const), value: fc.maxSafeNat() }),
    fc.record({
      number: numbers,
      kind: fc.constant('float' as const),
      value: fc.float({ noNaN: true }),
    }),
    fc.record({ number: numbers, kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 300 }) }),
    fc.record({ number: numbers, kind: fc.constant('message' as const), value: tie('message') }),
  ),
}));

function write(fields: readonly Field[]): MessageWriter {
  const writer = new MessageWriter();
  for (const { number, kind, value } of fields) {
    if (kind === 'message') writer.message(number, write(value));
    else if (kind === 'bytes') writer.bytes(number, value);
    else writer[kind](number, value);
  }
  return writer;
}

function expectFields(bytes: Uint8Array, start: number, end: number, fields: readonly Field[]): void {
  const seen = [...readFields(bytes, start, end)];
  expect(seen.map(({ number }) => number)).toEqual(fields.map(({ number }) => number));
  for (const [index, { kind, value }] of fields.entries()) {
    const field = seen[index] as (typeof seen)[number];
    const content = bytes.subarray(field.start, field.end);
    if (kind === 'varint') expect([field.type, field.value]).toEqual(['varint', value]);
    else if (kind === 'bytes') expect(content).toEqual(value);
    else if (kind === 'message') expectFields(bytes, field.start, field.end, value);
    else expect(new DataView(Uint8Array.from(content).buffer).getFloat32(0, true)).toBe(value);
  }
}

it('writes messages that the caffemodel reader reads', () => {
  fc.assert(
    fc.property(messages, (fields) => {
      const bytes = write(fields).toBytes();
      expectFields(bytes, 0, bytes.length, fields);
    }),
  );
});

it('writes negative numbers as int64, in ten bytes', () => {
  const ones = new Array<number>(9).fill(0xff);
  expect([...new MessageWriter().varint(1, -1).toBytes()]).toEqual([8, ...ones, 1]);
});

it('writes text as UTF-8', () => {
  expect([...new MessageWriter().text(2, 'α').toBytes()]).toEqual([0x12, 2, 0xce, 0xb1]);
});
