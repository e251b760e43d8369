import { float16ToFloat32 } from '../../numerics/float16.ts';
import { formatError, readFields, readPackedVarints, type WireField } from './wire.ts';

/** A Caffe blob. Its values are a view into the file that it was read from. */
export interface Blob {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Field numbers of Caffe's `BlobProto`. Fields 1 to 4 are the old dimensions num, channels, height and width. */
const BLOB = { width: 4, data: 5, shape: 7, doubleData: 8, rawType: 10, raw: 12 };
const SHAPE_DIMENSION = 1;
/** The limit of Caffe (`kMaxBlobAxes`). */
const MAX_DIMENSIONS = 32;
/** The number types of `raw_data`, in which NVIDIA's fork stores values since version 0.16. */
const RAW = { double: 0, float: 1, half: 2 };

/**
 * Reads a `BlobProto` with float or double data, packed or not, and a shape or the four old dimensions. Values may be in
 * the `raw_data` of NVIDIA's fork.
 * @param bytes a file that starts at a multiple of 4 in its buffer. The values are moved within it to an aligned offset.
 * @throws HwgqError `caffemodel-format`, with the byte.
 */
export function readBlob(bytes: Uint8Array, start: number, end: number): Blob {
  const oldDimensions: number[] = [];
  let shape: number[] | undefined;
  const floats = new AlignedFloats(bytes);
  let rawType = RAW.double;
  let raw: WireField | undefined;
  for (const field of readFields(bytes, start, end)) {
    if (field.number <= BLOB.width && field.type === 'varint') oldDimensions[field.number - 1] = field.value;
    else if (field.number === BLOB.shape && field.type === 'bytes') shape = readShape(bytes, field);
    else if (field.number === BLOB.data && (field.type === 'bytes' || field.type === 'fixed32'))
      floats.append(field, 4);
    else if (field.number === BLOB.doubleData && (field.type === 'bytes' || field.type === 'fixed64'))
      floats.append(field, 8);
    else if (field.number === BLOB.rawType && field.type === 'varint') rawType = field.value;
    else if (field.number === BLOB.raw && field.type === 'bytes') raw = field;
  }
  const values = raw ? readRaw(bytes, raw, rawType, floats) : floats.view();
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
    else for (const size of readPackedVarints(bytes, field.start, field.end)) shape.push(size);
    if (shape.length > MAX_DIMENSIONS)
      throw formatError(start, `a blob has more than ${MAX_DIMENSIONS} dimensions, the limit of Caffe`);
  }
  return shape;
}

function readRaw(bytes: Uint8Array, field: WireField, type: number, floats: AlignedFloats): Float32Array {
  switch (type) {
    case RAW.double:
      floats.append(field, 8);
      return floats.view();
    case RAW.float:
      floats.append(field, 4);
      return floats.view();
    case RAW.half: {
      const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const length = Math.floor((field.end - field.start) / 2);
      return Float32Array.from({ length }, (_, index) =>
        float16ToFloat32(file.getUint16(field.start + 2 * index, true)),
      );
    }
    default:
      throw formatError(field.start, `a blob has raw_data of type ${type}; double, float and half are supported`);
  }
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
