import { HwgqError } from '../errors.ts';
import { blobValue, logitsBlob } from '../graph/blobs.ts';
import type { Shape } from '../graph/graph.ts';
import { asPlanes, elementCount } from '../graph/shapes.ts';
import { validateGraph } from '../graph/validate.ts';
import { channelCount } from '../image/preprocessing.ts';
import { checkModel } from './check.ts';
import { sha256 } from './hash.ts';
import { CHECKED_FROM, FORMAT_VERSION, HEADER_FROM, MAGIC, MAX_HEADER_BYTES, MAX_TENSOR_BYTES } from './layout.ts';
import type { Model } from './model.ts';
import { aligned, elementBytes, inflated, isElementType, loadTensor, type SectionEntry } from './sections.ts';

/**
 * Reads a `.hwgq` file (docs/format.md). It trusts nothing: the hash is checked first, sizes before they are used.
 * @throws HwgqError `model-format` saying what is wrong, `shape-mismatch` or `invalid-graph` for a network that does
 *   not fit together.
 */
export function decodeModel(file: Uint8Array): Model {
  checkStart(file);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerStored = view.getUint32(CHECKED_FROM, true);
  const headerRaw = view.getUint32(CHECKED_FROM + 4, true);
  if (headerRaw > MAX_HEADER_BYTES || headerStored > file.length - HEADER_FROM) {
    damaged(`its header would take ${headerStored} bytes, ${headerRaw} unpacked`, CHECKED_FROM);
  }
  const { table, content } = readHeader(inflated(file.subarray(HEADER_FROM, HEADER_FROM + headerStored), headerRaw));
  const places = placeSections(table, aligned(HEADER_FROM + headerStored), file.length);
  const tensors = table.map((entry, index) => {
    const place = places[index] as number;
    return loadTensor(entry, file.subarray(place, place + entry.stored));
  });
  const model = checkModel(withTensors(content, tensors));
  checkFit(model, validateGraph(model.graph));
  return model;
}

/** Pictures must come out in the shape that the network takes, and every class have one label. */
function checkFit({ graph, preprocessing, labels }: Model, shapes: ReadonlyMap<string, Shape>): void {
  const { channels, width, height, mean } = preprocessing;
  const input = asPlanes(graph.input.shape);
  if (channelCount(channels) !== input.channels || width !== input.width || height !== input.height) {
    damaged(
      `its pictures are ${channels} of ${width}×${height}, and its network takes ${graph.input.shape.join('×')}`,
      HEADER_FROM,
    );
  }
  const means = mean.kind === 'image' ? elementCount(graph.input.shape) : input.channels;
  if (mean.values.length !== means) damaged(`its mean has ${mean.values.length} values for ${means}`, HEADER_FROM);
  const classes = elementCount(shapes.get(blobValue(graph, logitsBlob(graph))) ?? []);
  if (labels && labels.length !== classes)
    damaged(`it has ${labels.length} labels for ${classes} classes`, HEADER_FROM);
}

function checkStart(file: Uint8Array): void {
  if (!MAGIC.every((byte, index) => file[index] === byte)) {
    const isPage = /^\s*</.test(new TextDecoder().decode(file.subarray(0, 64)));
    damaged(
      isPage
        ? 'it begins like a web page: the address gives a page, perhaps an error page, instead of the model'
        : `it has ${file.length} bytes and does not begin with "HWGQ"`,
      0,
    );
  }
  if (file.length < HEADER_FROM)
    damaged(`it ends after ${file.length} bytes; even an empty model has more`, file.length);
  const version = new DataView(file.buffer, file.byteOffset).getUint32(4, true);
  if (version !== FORMAT_VERSION) {
    const remedy = version > FORMAT_VERSION ? 'Update this program' : 'Convert the model again';
    throw new HwgqError(
      'model-format',
      `The model is of format version ${version}; version ${FORMAT_VERSION} is read here. ${remedy}, or fetch the file again.`,
      { byte: 4, version },
    );
  }
  const hash = sha256(file.subarray(CHECKED_FROM));
  if (!hash.every((byte, index) => file[8 + index] === byte)) {
    damaged('its hash does not fit its content: it is cut short or was changed', 8);
  }
}

function readHeader(bytes: Uint8Array): { table: SectionEntry[]; content: unknown } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return damaged('its header is not JSON', HEADER_FROM);
  }
  if (typeof header !== 'object' || header === null || !('sections' in header) || !('model' in header)) {
    return damaged('its header lacks "sections" or "model"', HEADER_FROM);
  }
  if (!Array.isArray(header.sections)) return damaged('its section table is not a list', HEADER_FROM);
  return { table: header.sections.map(toEntry), content: header.model };
}

function toEntry(row: unknown, index: number): SectionEntry {
  const [type, count, stored, deflated] = Array.isArray(row) ? (row as unknown[]) : [];
  if (!isElementType(type) || !isSize(count) || !isSize(stored)) {
    return damaged(`row ${index} of its section table is not [type, count, bytes, deflated]`, HEADER_FROM);
  }
  if (deflated !== 1 && stored !== count * elementBytes(type)) {
    return damaged(`section ${index} has ${stored} bytes for ${count} numbers`, HEADER_FROM);
  }
  return { type, count, stored, deflated: deflated === 1 };
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Where each section begins; together they must fill the file to its last byte. */
function placeSections(table: readonly SectionEntry[], first: number, length: number): number[] {
  let position = first;
  let unpacked = 0;
  const places = table.map((entry) => {
    const place = position;
    position = aligned(place + entry.stored);
    unpacked += entry.count * elementBytes(entry.type);
    return place;
  });
  if (unpacked > MAX_TENSOR_BYTES)
    damaged(`its tensors would take ${unpacked} bytes; ${MAX_TENSOR_BYTES} are accepted`, HEADER_FROM);
  if (position !== length) damaged(`it has ${length} bytes, and its sections end at ${position}`, length);
  return places;
}

/** Puts tensors where the header refers to sections. */
function withTensors(value: unknown, tensors: readonly unknown[]): unknown {
  if (Array.isArray(value)) return value.map((item) => withTensors(item, tensors));
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === 'section') return tensors[(value as { section: number }).section];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTensors(item, tensors)]));
}

function damaged(what: string, byte: number): never {
  throw new HwgqError('model-format', `This is no usable .hwgq file: ${what}. Fetch or convert it again.`, { byte });
}
