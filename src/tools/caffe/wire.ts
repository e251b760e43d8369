import { HwgqError } from '../../errors.ts';

/** One field of a protobuf message, and where in the file its content lies. */
export interface WireField {
  readonly number: number;
  readonly type: 'varint' | 'fixed64' | 'bytes' | 'fixed32';
  /** The value of a varint; 0 for other types. */
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

const LONGEST_VARINT = 10;

/**
 * The fields of the protobuf message between two bytes of a file, in order (protobuf.dev, "Encoding").
 * @throws HwgqError `caffemodel-format` naming the byte where the message breaks off or makes no sense.
 */
export function* readFields(bytes: Uint8Array, start: number, end: number): Generator<WireField> {
  let position = start;
  while (position < end) {
    const [key, content] = readVarint(bytes, position, end);
    const number = Math.floor(key / 8);
    if (number === 0) throw formatError(position, 'a field has the number 0');
    const field = locate(bytes, number, key % 8, content, end);
    if (!field) throw formatError(position, `field ${number} has the wire type ${key % 8}, which Caffe never writes`);
    yield field;
    position = field.end;
  }
}

function locate(
  bytes: Uint8Array,
  number: number,
  wireType: number,
  start: number,
  end: number,
): WireField | undefined {
  switch (wireType) {
    case 0: {
      const [value, after] = readVarint(bytes, start, end);
      return { number, type: 'varint', value, start, end: after };
    }
    case 1:
      return { number, type: 'fixed64', value: 0, start, end: within(start, 8, end) };
    case 2: {
      const [length, content] = readVarint(bytes, start, end);
      return { number, type: 'bytes', value: 0, start: content, end: within(content, length, end) };
    }
    case 5:
      return { number, type: 'fixed32', value: 0, start, end: within(start, 4, end) };
    default:
      return undefined;
  }
}

/** Whole numbers one behind the other, as packed fields have them. */
export function readPackedVarints(bytes: Uint8Array, start: number, end: number): number[] {
  const values: number[] = [];
  let position = start;
  while (position < end) {
    const [value, after] = readVarint(bytes, position, end);
    values.push(value);
    position = after;
  }
  return values;
}

export function formatError(byte: number, what: string): HwgqError {
  return new HwgqError(
    'caffemodel-format',
    `At byte ${byte}: ${what}. The file is damaged, cut short, or no Caffe file; fetch it again.`,
    { byte },
  );
}

/** A varint and the byte behind it. Above 2^53 its value is not exact: no length and no dimension is that large. */
function readVarint(bytes: Uint8Array, start: number, end: number): readonly [value: number, after: number] {
  let value = 0;
  for (let index = 0; index < LONGEST_VARINT; index++) {
    if (start + index >= end) throw formatError(start, 'a number breaks off');
    const byte = bytes[start + index] as number;
    value += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return [value, start + index + 1];
  }
  throw formatError(start, `a number has more than ${LONGEST_VARINT} bytes`);
}

function within(start: number, length: number, end: number): number {
  if (length <= end - start) return start + length;
  throw formatError(start, `${length} bytes should follow, but ${end - start} are left`);
}
