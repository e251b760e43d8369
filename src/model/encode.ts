import { deflateSync } from 'fflate';
import { requiredFeatures } from './features.ts';
import { CHECKED_FROM, FORMAT_VERSION, HASH_FROM, HEADER_FROM, MAGIC } from './file-layout.ts';
import { sha256 } from './hash.ts';
import type { Model } from './model.ts';
import { aligned, isTensor, type SectionEntry, storeTensor } from './sections.ts';
import { splitBlocks } from './validate-fields.ts';

/** Returns a model as the bytes of a `.hwgq` file (docs/format.md). */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  const sections: { entry: SectionEntry; bytes: Uint8Array }[] = [];
  const toJson = (value: unknown) =>
    JSON.stringify(value, (_, item: unknown) =>
      isTensor(item) ? { section: sections.push(storeTensor(item)) - 1 } : item,
    );
  const { content, blocks } = splitBlocks(model);
  const requires = requiredFeatures(model);
  const version = requires.length > 0 || Object.keys(blocks).length > 0 ? FORMAT_VERSION : 1;
  const modelJson = toJson(content);
  const additions = version === 1 ? '' : `,"requires":${JSON.stringify(requires)},"blocks":${toJson(blocks)}`;
  const table = JSON.stringify(
    sections.map(({ entry }) => [entry.type, entry.count, entry.stored, entry.deflated ? 1 : 0]),
  );
  const raw = new TextEncoder().encode(`{"sections":${table},"model":${modelJson}${additions}}`);
  const header = deflateSync(raw, { level: 9 });

  let position = aligned(HEADER_FROM + header.length);
  const places = sections.map(({ bytes }) => {
    const place = position;
    position = aligned(place + bytes.length);
    return place;
  });
  const file = new Uint8Array(position);
  const view = new DataView(file.buffer);
  file.set(MAGIC);
  view.setUint32(4, version, true);
  view.setUint32(CHECKED_FROM, header.length, true);
  view.setUint32(CHECKED_FROM + 4, raw.length, true);
  file.set(header, HEADER_FROM);
  for (const [index, { bytes }] of sections.entries()) file.set(bytes, places[index]);
  file.set(sha256(file.subarray(CHECKED_FROM)), HASH_FROM);
  return file;
}
