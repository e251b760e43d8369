import { HwgqError } from '../../errors.ts';

/** A field of a protobuf message. Its content lies between two bytes of the file. */
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
 * Yields the fields of a protobuf message between two bytes of a file, in order (protobuf.dev, "Encoding").
 * @throws HwgqError `caffemodel-format`, with the byte at which the message is truncated or invalid.
 */
export function* readFields(bytes: Uint8Array, start: number, end: number): Generator<WireField> {
  let position = start;
  while (position < end) {
    const [key, content] = readVarint(bytes, position, end);
    const number = Math.floor(key / 8);
    if (number === 0) throw formatError(position, 'a field has the number 0');
    const field = locate(bytes, number, key % 8, content, end);
    if (!field) throw formatError(position, `field ${number} has the wire type ${key % 8}, which Caffe does not use`);
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

/** Reads the integers of a packed field. */
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

/** Returns a `caffemodel-format` error at a byte of the file. */
export function formatError(byte: number, problem: string): HwgqError {
  return new HwgqError(
    'caffemodel-format',
    `At byte ${byte}: ${problem}. The file is damaged, truncated or not a Caffe file. Download it again.`,
    { byte },
  );
}

/** Reads a varint and returns it with the byte after it. Values above 2^53, which no file needs, are not exact. */
function readVarint(bytes: Uint8Array, start: number, end: number): readonly [value: number, after: number] {
  let value = 0;
  for (let index = 0; index < LONGEST_VARINT; index++) {
    if (start + index >= end) throw formatError(start, 'a number is truncated');
    const byte = bytes[start + index] as number;
    value += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return [value, start + index + 1];
  }
  throw formatError(start, `a number has more than ${LONGEST_VARINT} bytes`);
}

function within(start: number, length: number, end: number): number {
  if (length <= end - start) return start + length;
  throw formatError(start, `${length} bytes are declared and ${end - start} are left`);
}
