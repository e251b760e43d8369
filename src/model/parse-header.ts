import { HEADER_FROM, MAX_TENSOR_BYTES } from './file-layout.ts';
import { rejectFile } from './reject-file.ts';
import { canDeflateTo, elementBytes, isElementType, type SectionEntry } from './sections.ts';

/** The content of a file's header, not yet checked against the sections. */
export interface Header {
  readonly table: readonly SectionEntry[];
  /** The model as JSON, with references to sections in place of tensors. */
  readonly content: unknown;
}

/**
 * Parses an inflated header. Rejects a section table that needs more memory than `MAX_TENSOR_BYTES`.
 * @throws HwgqError `model-format`.
 */
export function parseHeader(bytes: Uint8Array): Header {
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
  return { table, content: header.model };
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
