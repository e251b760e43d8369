import { HwgqError } from '../../errors.ts';
import type { Picture } from '../../image/picture.ts';
import type { DataSet } from './data-set.ts';
import { baseName, type NamedFile } from './named-file.ts';

/** Pictures and labels in MNIST's format, in two files. */
interface IdxPair {
  readonly images: NamedFile;
  readonly labels: NamedFile;
}

/** First words of the files: unsigned bytes in three dimensions (pictures) and in one (labels). */
const IMAGES_MAGIC = 0x803;
const LABELS_MAGIC = 0x801;
const IMAGES_HEADER = 16;
const LABELS_HEADER = 8;
const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** Maximum size of an unpacked file, which is held in memory. MNIST's largest has 47 million bytes. */
const MAX_UNPACKED_BYTES = 2 ** 30;

const IMAGES_NAME = /^(.*?)[-.]?images[-.]idx3[-.]ubyte(\.gz)?$/;

/** Finds the pairs of idx files, by split: `train`, `t10k`. */
export function findIdxPairs(files: readonly NamedFile[]): Map<string, IdxPair> {
  const pairs = new Map<string, IdxPair>();
  for (const images of files) {
    const name = baseName(images.path);
    const [, split] = IMAGES_NAME.exec(name) ?? [];
    if (split === undefined) continue;
    const wanted = images.path.slice(0, -name.length) + name.replace('images', 'labels').replace('idx3', 'idx1');
    const plain = wanted.replace(/\.gz$/, '');
    const labels = files.find(({ path }) => path === plain || path === `${plain}.gz`);
    if (labels) pairs.set(split, { images, labels });
  }
  return pairs;
}

/**
 * Opens a pair of idx files, gzipped or not: big-endian headers, then bytes. A label is an index into the network's
 * scores.
 * @throws HwgqError `data-format` if a file is damaged.
 */
export async function openIdx({ images, labels }: IdxPair): Promise<DataSet> {
  const labelBytes = await unpacked(labels);
  const labelOf = (await labelBytes.bytes()).subarray(LABELS_HEADER);
  const pixels = await unpacked(images);
  const header = viewOf(await pixels.bytes(0, IMAGES_HEADER));
  if (header.byteLength < IMAGES_HEADER || header.getUint32(0) !== IMAGES_MAGIC) {
    throw damaged(images, 'does not start with the header of an idx file of pictures');
  }
  const labelHeader = viewOf(await labelBytes.bytes(0, LABELS_HEADER));
  if (labelHeader.byteLength < LABELS_HEADER || labelHeader.getUint32(0) !== LABELS_MAGIC) {
    throw damaged(labels, 'does not start with the header of an idx file of labels');
  }
  const [count, height, width] = [header.getUint32(4), header.getUint32(8), header.getUint32(12)];
  const area = width * height;
  const size = await pixels.size();
  if (area === 0 || size !== IMAGES_HEADER + count * area) {
    throw damaged(
      images,
      `has ${size} bytes; ${count} pictures of ${width}×${height} need ${IMAGES_HEADER + count * area}`,
    );
  }
  if (labelHeader.getUint32(4) !== count || labelOf.length !== count) {
    throw damaged(labels, `has ${labelOf.length} labels for ${count} pictures`);
  }
  return {
    format: 'idx',
    length: count,
    label: (index) => labelOf[index] as number,
    name: (index) => `${baseName(images.path)}[${index}]`,
    read: async (index) => {
      const start = IMAGES_HEADER + index * area;
      return fromGray(await pixels.bytes(start, start + area), width, height);
    },
  };
}

function fromGray(gray: Uint8Array, width: number, height: number): Picture {
  const data = new Uint8ClampedArray(gray.length * 4).fill(255);
  for (let pixel = 0; pixel < gray.length; pixel++) data.fill(gray[pixel] as number, pixel * 4, pixel * 4 + 3);
  return { width, height, data };
}

/** Unpacks a file in memory if it is gzipped. */
async function unpacked(file: NamedFile): Promise<NamedFile> {
  const start = await file.bytes(0, GZIP_MAGIC.length);
  if (!GZIP_MAGIC.every((byte, index) => start[index] === byte)) return file;
  const content = await gunzip(file);
  return {
    path: file.path,
    size: async () => content.length,
    bytes: async (from = 0, to = content.length) => content.slice(from, to),
  };
}

async function gunzip(file: NamedFile): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([await file.bytes()]).stream();
  const reader = packed.pipeThrough(new DecompressionStream('gzip')).getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw damaged(file, 'is not a complete gzip file', cause);
    });
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    chunks.push(value as Uint8Array<ArrayBuffer>);
    length += value.length;
    if (length > MAX_UNPACKED_BYTES) throw damaged(file, `unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged({ path }: NamedFile, what: string, cause?: unknown): HwgqError {
  return new HwgqError('data-format', `'${path}' ${what}. Download the data set again.`, { file: path }, { cause });
}
