import { type Field, fail, readFields } from './wire.ts';

/** A Caffe blob: its dimensions, and its values as a view into the file. */
export interface Blob {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The blobs of each layer that has any, by the layer's name. */
export type LayerBlobs = ReadonlyMap<string, readonly Blob[]>;

/** Field numbers of Caffe's NetParameter, LayerParameter, V1LayerParameter and BlobProto. */
const NET = { v1Layers: 2, layer: 100 };
const LAYER = { name: 1, blobs: 7 };
const V1_LAYER = { name: 4, blobs: 6 };
const BLOB = { legacy: [1, 2, 3, 4], data: 5, shape: 7, doubleData: 8 };

/**
 * Reads a caffemodel's weights, in the current layout and in the old V1 one.
 * @param bytes the file. The reader takes ownership: values are moved by up to a few bytes within it, so that the
 *   returned views are aligned without a second copy of the file.
 * @throws HwgqError `caffemodel-format` naming the byte.
 */
export function readCaffemodel(bytes: Uint8Array): LayerBlobs {
  const layers = new Map<string, readonly Blob[]>();
  for (const field of readFields(bytes, 0, bytes.length)) {
    const numbers = field.number === NET.layer ? LAYER : field.number === NET.v1Layers ? V1_LAYER : undefined;
    if (!numbers || field.wire !== 2) continue;
    let name = '';
    const blobs: Blob[] = [];
    for (const part of [...readFields(bytes, field.start, field.end)]) {
      if (part.wire !== 2) continue;
      if (part.number === numbers.name) name = new TextDecoder().decode(bytes.subarray(part.start, part.end));
      if (part.number === numbers.blobs) blobs.push(readBlob(bytes, part.start, part.end));
    }
    if (blobs.length > 0) layers.set(name, blobs);
  }
  if (layers.size === 0) fail(0, 'no layer with weights is in it');
  return layers;
}

/**
 * Reads a binaryproto: one blob, such as a mean image. Takes ownership of the bytes as `readCaffemodel` does.
 * @throws HwgqError `caffemodel-format` naming the byte.
 */
export function readBinaryproto(bytes: Uint8Array): Blob {
  const blob = readBlob(bytes, 0, bytes.length);
  if (blob.values.length === 0) fail(0, 'no values are in it');
  return blob;
}

function readBlob(bytes: Uint8Array, start: number, end: number): Blob {
  const legacy = [1, 1, 1, 1];
  let hasLegacy = false;
  let shape: number[] | undefined;
  let doubles: Float32Array | undefined;
  const data = new AlignedFloats(bytes);
  for (const field of readFields(bytes, start, end)) {
    const axis = BLOB.legacy.indexOf(field.number);
    if (axis >= 0 && field.wire === 0) {
      legacy[axis] = field.value;
      hasLegacy = true;
    } else if (field.number === BLOB.shape && field.wire === 2) shape = readShape(bytes, field);
    else if (field.number === BLOB.data) data.append(field);
    else if (field.number === BLOB.doubleData) doubles = readDoubles(bytes, field, doubles);
  }
  const values = doubles ?? data.values();
  const dimensions = shape ?? (hasLegacy ? legacy : [values.length]);
  const count = dimensions.reduce((product, size) => product * size, 1);
  if (count !== values.length) fail(start, `a blob of ${dimensions.join('×')} has ${values.length} values`);
  return { shape: dimensions, values };
}

function readShape(bytes: Uint8Array, { start, end }: Field): number[] {
  const shape: number[] = [];
  for (const field of readFields(bytes, start, end)) {
    if (field.number !== 1) continue;
    if (field.wire === 0) shape.push(field.value);
    else shape.push(...packedVarints(bytes, field));
  }
  return shape;
}

function packedVarints(bytes: Uint8Array, { start, end }: Field): number[] {
  const values: number[] = [];
  let value = 0;
  let factor = 1;
  for (const byte of bytes.subarray(start, end)) {
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte >= 128) continue;
    values.push(value);
    value = 0;
    factor = 1;
  }
  return values;
}

function readDoubles(bytes: Uint8Array, field: Field, before: Float32Array = new Float32Array()): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + field.start, field.end - field.start);
  const values = new Float32Array(before.length + Math.floor(view.byteLength / 8));
  values.set(before);
  for (let index = before.length; index < values.length; index++) {
    values[index] = view.getFloat64((index - before.length) * 8, true);
  }
  return values;
}

/**
 * Gathers a blob's floats at an aligned place of the file itself. What is written over are up to three bytes before
 * the first float: its own tag, and where that is one byte, bytes that the readers of the blob have passed already.
 */
class AlignedFloats {
  private start = 0;
  private end = 0;

  constructor(private readonly bytes: Uint8Array) {}

  append(field: Field): void {
    const { bytes } = this;
    if ((field.end - field.start) % 4) fail(field.start, 'a list of floats is not a multiple of 4 bytes');
    if (this.end === 0) {
      const offset = (bytes.byteOffset + field.start) % 4;
      this.start = field.start - offset;
      this.end = this.start;
    }
    bytes.copyWithin(this.end, field.start, field.end);
    this.end += field.end - field.start;
  }

  values(): Float32Array {
    return new Float32Array(this.bytes.buffer, this.bytes.byteOffset + this.start, (this.end - this.start) / 4);
  }
}
