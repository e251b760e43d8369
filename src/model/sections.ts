import { deflateSync, inflateSync } from 'fflate';
import { HwgqError } from '../errors.ts';

/** The number types of sections. */
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
  /** The number of elements. */
  readonly count: number;
  /** The section's bytes in the file, without padding. */
  readonly stored: number;
  readonly deflated: boolean;
}

/** A tensor is stored deflated if that leaves less than this share of it: inflating costs more than a few extra bytes. */
const WORTHWHILE_SHARE = 0.9;
/** Larger tensors are deflated only if this many bytes at their beginning shrink enough. */
const SAMPLE_BYTES = 2 ** 16;

/** Sections begin at multiples of this number of bytes. */
export const SECTION_ALIGNMENT = 8;

/** Rounds a position up to the next section boundary. */
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

/** Returns a tensor's stored bytes, deflated if that saves enough. Assumes a little-endian machine, as all engines do. */
export function storeTensor(tensor: Tensor): { entry: SectionEntry; bytes: Uint8Array } {
  const type = (Object.keys(ELEMENT_TYPES) as ElementType[]).find((name) => tensor instanceof ELEMENT_TYPES[name]);
  if (!type) throw new TypeError('storeTensor accepts only typed arrays of the section types');
  const raw = new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
  const deflated = isWorthDeflating(raw) ? deflateSync(raw, { level: 9 }) : raw;
  const isSmaller = deflated.length < raw.length * WORTHWHILE_SHARE;
  const bytes = isSmaller ? deflated : raw;
  return { entry: { type, count: tensor.length, stored: bytes.length, deflated: isSmaller }, bytes };
}

/** Decides by the beginning of a tensor, since deflating millions of signs, which look like noise, takes seconds. */
function isWorthDeflating(raw: Uint8Array): boolean {
  if (raw.length <= SAMPLE_BYTES) return true;
  const sample = raw.subarray(0, SAMPLE_BYTES);
  return deflateSync(sample, { level: 9 }).length < sample.length * WORTHWHILE_SHARE;
}

/**
 * Whether `size` bytes can have `stored` bytes deflated. DEFLATE encodes at most 258 bytes in two bits, and stores
 * incompressible data with a few bytes of overhead for each block. The check limits the memory that a short file can
 * request, and the bytes that it can hide.
 */
export function canDeflateTo(size: number, stored: number): boolean {
  return size <= stored * 4 * 258 && stored <= 2 * size + 64;
}

/**
 * Returns the tensor of a stored section.
 * @param stored the section's bytes, with or without padding, at the beginning of a buffer. The tensor takes over the
 *   buffer if the section is not deflated.
 * @throws HwgqError `model-format` if the bytes do not inflate to the size in the entry.
 */
export function loadTensor(entry: SectionEntry, stored: Uint8Array<ArrayBuffer>): Tensor {
  const size = entry.count * elementBytes(entry.type);
  const raw = entry.deflated ? inflated(stored.subarray(0, entry.stored), size) : stored;
  return new ELEMENT_TYPES[entry.type](raw.buffer, 0, entry.count);
}

/**
 * Inflates bytes to exactly `size` bytes. The buffer has room for one byte more, which reveals data that is too long
 * without allocating more memory than the file declares.
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
      'A compressed part of the model is damaged. Download the file again.',
      {},
      { cause: error },
    );
  }
  if (length === size) return result.subarray(0, size);
  const seen = length > size ? `more than ${size}` : String(length);
  throw new HwgqError(
    'model-format',
    `A part of the model inflates to ${seen} bytes; the file declares ${size}. Download the file again.`,
  );
}
