import { formatError, readFields, readPackedVarints, type WireField } from './wire.ts';

/** A Caffe blob. Its values are a view into the file that it was read from. */
export interface Blob {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Field numbers of Caffe's `BlobProto`. Fields 1 to 4 are the old dimensions num, channels, height and width. */
const BLOB = { width: 4, data: 5, shape: 7, doubleData: 8 };
const SHAPE_DIMENSION = 1;

/**
 * Reads a `BlobProto` with float or double data, packed or not, and a shape or the four old dimensions.
 * @param bytes a file that starts at a multiple of 4 in its buffer. The values are moved within it to an aligned offset.
 * @throws HwgqError `caffemodel-format`, with the byte.
 */
export function readBlob(bytes: Uint8Array, start: number, end: number): Blob {
  const oldDimensions: number[] = [];
  let shape: number[] | undefined;
  const floats = new AlignedFloats(bytes);
  for (const field of readFields(bytes, start, end)) {
    if (field.number <= BLOB.width && field.type === 'varint') oldDimensions[field.number - 1] = field.value;
    else if (field.number === BLOB.shape && field.type === 'bytes') shape = readShape(bytes, field);
    else if (field.number === BLOB.data && (field.type === 'bytes' || field.type === 'fixed32'))
      floats.append(field, 4);
    else if (field.number === BLOB.doubleData && (field.type === 'bytes' || field.type === 'fixed64'))
      floats.append(field, 8);
  }
  const values = floats.view();
  const dimensions =
    shape ?? (oldDimensions.length > 0 ? Array.from(oldDimensions, (size = 1) => size) : [values.length]);
  const count = dimensions.reduce((product, size) => product * size, 1);
  if (count !== values.length) {
    throw formatError(start, `a blob of shape ${dimensions.join('×')} has ${values.length} values`);
  }
  return { shape: dimensions, values };
}

function readShape(bytes: Uint8Array, { start, end }: WireField): number[] {
  const shape: number[] = [];
  for (const field of readFields(bytes, start, end)) {
    if (field.number !== SHAPE_DIMENSION) continue;
    if (field.type === 'varint') shape.push(field.value);
    else shape.push(...readPackedVarints(bytes, field.start, field.end));
  }
  return shape;
}

/**
 * Collects the numbers of a blob as float32 at an aligned offset of the file itself, so that a large file needs no
 * second copy in memory. Numbers only move towards the start, over bytes that have been read: at least three bytes of
 * tags and lengths precede the first number of a blob.
 */
class AlignedFloats {
  readonly #file: DataView;
  #start = 0;
  #end = 0;
  #width: 4 | 8 | undefined;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#file = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  append({ start, end }: WireField, width: 4 | 8): void {
    if ((end - start) % width !== 0)
      throw formatError(start, `${end - start} bytes are not a multiple of ${width}, the size of a value`);
    if (this.#width === undefined) this.#start = this.#end = start - (start % 4);
    else if (this.#width !== width) throw formatError(start, 'a blob has both float and double values');
    this.#width = width;
    if (width === 4) {
      this.#bytes.copyWithin(this.#end, start, end);
      this.#end += end - start;
      return;
    }
    for (let position = start; position < end; position += 8) {
      this.#file.setFloat32(this.#end, this.#file.getFloat64(position, true), true);
      this.#end += 4;
    }
  }

  /** Returns the collected numbers. Assumes a little-endian machine, as all engines do. */
  view(): Float32Array {
    return new Float32Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#start, (this.#end - this.#start) / 4);
  }
}
