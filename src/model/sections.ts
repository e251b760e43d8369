import { deflateSync, Inflate } from 'fflate';
import { HwgqError } from '../errors.ts';

/** The kinds of numbers that a section holds. */
const ELEMENT_TYPES = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;
export type Tensor = InstanceType<(typeof ELEMENT_TYPES)[ElementType]>;

/** One row of a file's section table. */
export interface SectionEntry {
  readonly type: ElementType;
  /** How many numbers it holds. */
  readonly count: number;
  /** Bytes in the file, without padding. */
  readonly stored: number;
  readonly deflated: boolean;
}

/** A tensor of more bytes is deflated only where so many of them get smaller. */
const SAMPLE_BYTES = 2 ** 16;

/** Sections begin at multiples of this. */
export const SECTION_ALIGNMENT = 8;

export function aligned(position: number): number {
  return Math.ceil(position / SECTION_ALIGNMENT) * SECTION_ALIGNMENT;
}

export function isElementType(type: unknown): type is ElementType {
  return typeof type === 'string' && type in ELEMENT_TYPES;
}

export function elementBytes(type: ElementType): number {
  return ELEMENT_TYPES[type].BYTES_PER_ELEMENT;
}

export function isTensor(value: unknown): value is Tensor {
  return Object.values(ELEMENT_TYPES).some((type) => value instanceof type);
}

/** A tensor as stored bytes: deflated where that is smaller. All machines that run this are little-endian. */
export function storeTensor(tensor: Tensor): { entry: SectionEntry; bytes: Uint8Array } {
  const type = (Object.keys(ELEMENT_TYPES) as ElementType[]).find((name) => tensor instanceof ELEMENT_TYPES[name]);
  if (!type) throw new TypeError('storeTensor takes typed arrays of the section types');
  const raw = new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
  const deflated = isWorthDeflating(raw) ? deflateSync(raw, { level: 9 }) : raw;
  const isSmaller = deflated.length < raw.length;
  const bytes = isSmaller ? deflated : raw;
  return { entry: { type, count: tensor.length, stored: bytes.length, deflated: isSmaller }, bytes };
}

/** Judged by the beginning: deflating millions of signs, which look like noise, takes seconds and a copy for nothing. */
function isWorthDeflating(raw: Uint8Array): boolean {
  if (raw.length <= SAMPLE_BYTES) return true;
  const sample = raw.subarray(0, SAMPLE_BYTES);
  return deflateSync(sample, { level: 9 }).length < sample.length;
}

/** The tensor of a stored section. */
export function loadTensor(entry: SectionEntry, stored: Uint8Array): Tensor {
  const size = entry.count * elementBytes(entry.type);
  // Not slice(): that of a Node Buffer shares memory, so it would begin somewhere inside the file's buffer.
  const raw = entry.deflated ? inflated(stored, size) : new Uint8Array(stored);
  return new ELEMENT_TYPES[entry.type](raw.buffer, 0, entry.count);
}

/**
 * Inflates to exactly `size` bytes and stops as soon as more come out, so that a file cannot ask for more memory
 * than its table says.
 * @throws HwgqError `model-format`.
 */
export function inflated(stored: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(size);
  let length = 0;
  const inflate = new Inflate((chunk) => {
    if (length + chunk.length > size) throw new HwgqError('model-format', tooLong(size));
    result.set(chunk, length);
    length += chunk.length;
  });
  const step = 1 << 16;
  try {
    for (let start = 0; start < stored.length; start += step) {
      inflate.push(stored.subarray(start, start + step), start + step >= stored.length);
    }
  } catch (error) {
    if (error instanceof HwgqError) throw error;
    throw new HwgqError(
      'model-format',
      'A compressed part of the model is damaged. Fetch the file again.',
      {},
      { cause: error },
    );
  }
  if (length === size) return result;
  throw new HwgqError(
    'model-format',
    `A part of the model has ${length} bytes where ${size} are told. Fetch the file again.`,
  );
}

function tooLong(size: number): string {
  return `A part of the model is longer than the ${size} bytes it tells. Fetch the file again.`;
}
