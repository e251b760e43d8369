import { HwgqError } from '../errors.ts';

/** One field of a protobuf message: its number, wire type, and where its content lies in the file. */
export interface Field {
  readonly number: number;
  readonly wire: number;
  /** The value of a varint; 0 for other wire types. */
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

const WIRE_SIZES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/**
 * The fields of the protobuf message between two bytes of a file, in order.
 * @throws HwgqError `caffemodel-format` naming the byte where the message breaks off or makes no sense.
 */
export function* readFields(bytes: Uint8Array, start: number, end: number): Generator<Field> {
  let position = start;
  while (position < end) {
    const [key, afterKey] = readVarint(bytes, position, end);
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (number === 0) fail(position, 'no field has number 0');
    if (wire === 0) {
      const [value, after] = readVarint(bytes, afterKey, end);
      yield { number, wire, value, start: afterKey, end: after };
      position = after;
    } else if (wire === 2) {
      const [length, content] = readVarint(bytes, afterKey, end);
      if (content + length > end) fail(position, `a field of ${length} bytes begins where ${end - content} are left`);
      yield { number, wire, value: 0, start: content, end: content + length };
      position = content + length;
    } else {
      const size = WIRE_SIZES[wire];
      if (size === undefined) return fail(position, `there is no wire type ${wire}`);
      if (afterKey + size > end) fail(position, 'the file ends in the middle of a number');
      yield { number, wire, value: 0, start: afterKey, end: afterKey + size };
      position = afterKey + size;
    }
  }
}

function readVarint(bytes: Uint8Array, start: number, end: number): [value: number, after: number] {
  let value = 0;
  let factor = 1;
  for (let position = start; position < end && position < start + 10; position++) {
    const byte = bytes[position] as number;
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte < 128) return [value, position + 1];
  }
  return fail(start, 'the file ends in the middle of a number');
}

export function fail(byte: number, what: string): never {
  throw new HwgqError(
    'caffemodel-format',
    `At byte ${byte}: ${what}. The file is cut short or is no Caffe file; fetch it again.`,
    { byte },
  );
}
