import { deflateSync, inflateSync } from 'fflate';
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

/** What is left of a tensor must be less than this share: inflating takes longer than downloading a few bytes more. */
const WORTHWHILE_SHARE = 0.9;
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
  const isSmaller = deflated.length < raw.length * WORTHWHILE_SHARE;
  const bytes = isSmaller ? deflated : raw;
  return { entry: { type, count: tensor.length, stored: bytes.length, deflated: isSmaller }, bytes };
}

/** Judged by the beginning: deflating millions of signs, which look like noise, takes seconds and a copy for nothing. */
function isWorthDeflating(raw: Uint8Array): boolean {
  if (raw.length <= SAMPLE_BYTES) return true;
  const sample = raw.subarray(0, SAMPLE_BYTES);
  return deflateSync(sample, { level: 9 }).length < sample.length * WORTHWHILE_SHARE;
}

/**
 * Whether some bytes, deflated, can take so many: DEFLATE packs at most 258 bytes into two bits, and what does not
 * shrink is stored with a few bytes a block. So no file asks for far more memory than it has bytes, nor hides bytes.
 */
export function canDeflateTo(size: number, stored: number): boolean {
  return size <= stored * 4 * 258 && stored <= 2 * size + 64;
}

/**
 * The tensor of a stored section.
 * @param stored the section's bytes, perhaps with padding, at the beginning of a buffer that becomes the tensor's own.
 * @throws HwgqError `model-format` where they do not inflate to what the entry tells.
 */
export function loadTensor(entry: SectionEntry, stored: Uint8Array<ArrayBuffer>): Tensor {
  const size = entry.count * elementBytes(entry.type);
  const raw = entry.deflated ? inflated(stored.subarray(0, entry.stored), size) : stored;
  return new ELEMENT_TYPES[entry.type](raw.buffer, 0, entry.count);
}

/**
 * Inflates to exactly `size` bytes, into a buffer that has room for one byte more, so that a file can neither ask for
 * more memory than its table says nor hide that it is longer.
 * @throws HwgqError `model-format`.
 */
export function inflated(stored: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(size + 1);
  let length: number;
  try {
    length = inflateSync(stored, { out: result }).length;
  } catch (error) {
    throw new HwgqError(
      'model-format',
      'A compressed part of the model is damaged. Fetch the file again.',
      {},
      { cause: error },
    );
  }
  if (length === size) return result.subarray(0, size);
  const seen = length > size ? 'more' : String(length);
  throw new HwgqError(
    'model-format',
    `A part of the model has ${seen} bytes where ${size} are told. Fetch the file again.`,
  );
}
