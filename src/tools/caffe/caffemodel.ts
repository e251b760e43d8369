import { type Blob, readBlob } from './blob.ts';
import { formatError, readFields } from './wire.ts';

/** The blobs of every layer that has some, by the layer's name. */
export type CaffeWeights = ReadonlyMap<string, readonly Blob[]>;

/** Field numbers of Caffe's NetParameter, and of its layers: today's LayerParameter and the old V1LayerParameter. */
const NET = { oldLayers: 2, layer: 100 };
const LAYER = { name: 1, blobs: 7 };
const OLD_LAYER = { name: 4, blobs: 6 };

/**
 * Reads a caffemodel's weights, in today's layout and in the old V1 one.
 * @param bytes the file. The reader takes ownership: it moves the values by a few bytes within the file, and gives
 *   them back as views into it, so that no second copy is ever in memory. The bytes are no caffemodel any more.
 * @throws HwgqError `caffemodel-format` naming the byte.
 */
export function readCaffemodel(bytes: Uint8Array): CaffeWeights {
  const file = aligned(bytes);
  const layers = new Map<string, readonly Blob[]>();
  for (const field of readFields(file, 0, file.length)) {
    const numbers = field.number === NET.layer ? LAYER : field.number === NET.oldLayers ? OLD_LAYER : undefined;
    if (!numbers || field.type !== 'bytes') continue;
    const { name, blobs } = readLayer(file, field.start, field.end, numbers);
    if (blobs.length > 0) layers.set(name, blobs);
  }
  if (layers.size === 0) throw formatError(0, 'there is no layer with weights in this file');
  return layers;
}

/**
 * Reads a binaryproto: one blob, such as a mean image. Takes ownership of the bytes as `readCaffemodel` does.
 * @throws HwgqError `caffemodel-format` naming the byte.
 */
export function readBinaryproto(bytes: Uint8Array): Blob {
  const file = aligned(bytes);
  const blob = readBlob(file, 0, file.length);
  if (blob.values.length === 0) throw formatError(0, 'there are no values in this file');
  return blob;
}

function readLayer(
  file: Uint8Array,
  start: number,
  end: number,
  numbers: typeof LAYER,
): { name: string; blobs: Blob[] } {
  let name = '';
  const blobs: Blob[] = [];
  for (const field of readFields(file, start, end)) {
    if (field.type !== 'bytes') continue;
    if (field.number === numbers.name) name = new TextDecoder().decode(file.subarray(field.start, field.end));
    if (field.number === numbers.blobs) blobs.push(readBlob(file, field.start, field.end));
  }
  return { name, blobs };
}

/** Bytes at a place of their buffer where multiples of 4 are aligned; hardly any file is not. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}
