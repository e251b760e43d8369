import { type Blob, readBlob } from './blob.ts';
import { formatError, readFields } from './wire.ts';

/** The blobs of each layer with weights, by the name of the layer. */
export type CaffeWeights = ReadonlyMap<string, readonly Blob[]>;

/** Field numbers of Caffe's `NetParameter` and of its layers, `LayerParameter` and the older `V1LayerParameter`. */
const NET = { oldLayers: 2, layer: 100 };
const LAYER = { name: 1, blobs: 7 };
const OLD_LAYER = { name: 4, blobs: 6 };
/** The message in a layer of the V0 format that has its name and blobs, and their field numbers. */
const OLDEST_LAYER = { message: 1, name: 1, blobs: 50 };

/**
 * Reads the weights of a caffemodel in the current, the V1 or the V0 format.
 * @param bytes the file. The reader takes ownership: it moves the values by a few bytes within the file and returns views
 *   into it, so that memory never holds a second copy. The bytes cannot be read again.
 * @throws HwgqError `caffemodel-format`, with the byte.
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
  if (layers.size === 0) throw formatError(0, 'the file has no layer with weights');
  return layers;
}

/**
 * Reads a binaryproto: one blob, such as a mean image. Takes ownership of the bytes, as `readCaffemodel` does.
 * @throws HwgqError `caffemodel-format`, with the byte.
 */
export function readBinaryproto(bytes: Uint8Array): Blob {
  const file = aligned(bytes);
  const blob = readBlob(file, 0, file.length);
  if (blob.values.length === 0) throw formatError(0, 'the file has no values');
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
    if (numbers === OLD_LAYER && field.number === OLDEST_LAYER.message) {
      return readLayer(file, field.start, field.end, OLDEST_LAYER);
    }
    if (field.number === numbers.name) name = new TextDecoder().decode(file.subarray(field.start, field.end));
    if (field.number === numbers.blobs) blobs.push(readBlob(file, field.start, field.end));
  }
  return { name, blobs };
}

/** Returns bytes at an offset that is a multiple of 4, which nearly all files already have. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}
