import {
  HEADER_FROM,
  MAX_HEADER_OBJECTS,
  MAX_HEADER_SYNTAX_BYTES,
  MAX_LABELS,
  MAX_NESTING,
  MAX_TENSOR_BYTES,
} from './file-layout.ts';
import { rejectFile } from './reject-file.ts';
import { canDeflateTo, elementBytes, isElementType, type SectionEntry } from './sections.ts';

/** The content of a file's header, not yet checked against the sections. */
export interface Header {
  readonly table: readonly SectionEntry[];
  /** The model as JSON, with references to sections in place of tensors. */
  readonly content: unknown;
  /** The features that the file requires. Version 1 has none. */
  readonly requires: unknown;
  /** The optional blocks by name, as JSON like the model. Version 1 has none. */
  readonly blocks: unknown;
}

/** The characters that structure JSON. */
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING: readonly number[] = [0x5b, 0x7b];
const CLOSING: readonly number[] = [0x5d, 0x7d];

/**
 * Parses an inflated header. Rejects a header that would become far more memory than it has bytes, and a section table that needs more memory than `MAX_TENSOR_BYTES`.
 * @throws HwgqError `model-format`.
 */
export function parseHeader(bytes: Uint8Array): Header {
  checkExtent(bytes);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return rejectFile('its header is not valid JSON', HEADER_FROM);
  }
  if (typeof header !== 'object' || header === null || !('sections' in header) || !('model' in header)) {
    return rejectFile('its header lacks "sections" or "model"', HEADER_FROM);
  }
  if (!Array.isArray(header.sections)) return rejectFile('its section table is not an array', HEADER_FROM);
  const table = header.sections.map(toEntry);
  const unpacked = table.reduce((sum, entry) => sum + entry.count * elementBytes(entry.type), 0);
  if (unpacked > MAX_TENSOR_BYTES)
    rejectFile(`its tensors have ${unpacked} bytes and at most ${MAX_TENSOR_BYTES} are accepted`, HEADER_FROM);
  const { requires, blocks } = header as { requires?: unknown; blocks?: unknown };
  return { table, content: header.model, requires, blocks };
}

/**
 * Counts what JSON text describes, without parsing it: parsed, a value of three bytes can take a hundred. Text in strings
 * stays as large as it is.
 */
function checkExtent(bytes: Uint8Array): void {
  let [syntax, objects, commas, depth] = [0, 0, 0, 0];
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    syntax++;
    if (byte === QUOTE) {
      for (index++; index < bytes.length && bytes[index] !== QUOTE; index++) if (bytes[index] === BACKSLASH) index++;
    } else if (byte === COMMA) {
      commas++;
    } else if (OPENING.includes(byte)) {
      objects++;
      if (++depth > MAX_NESTING + 2) rejectFile(`its header is nested deeper than ${MAX_NESTING} levels`, HEADER_FROM);
    } else if (CLOSING.includes(byte)) {
      depth--;
    }
  }
  if (objects > MAX_HEADER_OBJECTS || commas > MAX_LABELS + MAX_HEADER_SYNTAX_BYTES / 2) {
    rejectFile(`its header has ${objects} objects and ${commas} values, more than any network needs`, HEADER_FROM);
  }
  // Each label needs a comma and, counted as one byte, its quotes.
  if (syntax - 2 * commas > MAX_HEADER_SYNTAX_BYTES) {
    rejectFile(
      `its header has ${syntax} bytes without its texts; ${MAX_HEADER_SYNTAX_BYTES} are accepted`,
      HEADER_FROM,
    );
  }
}

function toEntry(row: unknown, index: number): SectionEntry {
  const [type, count, stored, deflated] = Array.isArray(row) ? (row as unknown[]) : [];
  if (!isElementType(type) || !isSize(count) || !isSize(stored)) {
    return rejectFile(`row ${index} of its section table is not [type, count, bytes, deflated]`, HEADER_FROM);
  }
  const size = count * elementBytes(type);
  if (deflated === 1 ? !canDeflateTo(size, stored) : stored !== size) {
    return rejectFile(`section ${index} cannot hold ${count} numbers in ${stored} bytes`, HEADER_FROM);
  }
  return { type, count, stored, deflated: deflated === 1 };
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
