import { deflateSync } from 'fflate';
import { CHECKED_FROM, FORMAT_VERSION, HASH_FROM, HEADER_FROM, MAGIC } from './file-layout.ts';
import { sha256 } from './hash.ts';
import type { Model } from './model.ts';
import { aligned, isTensor, type SectionEntry, storeTensor } from './sections.ts';

/** Returns a model as the bytes of a `.hwgq` file (docs/format.md). */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  const sections: { entry: SectionEntry; bytes: Uint8Array }[] = [];
  const content = JSON.stringify(model, (_, value: unknown) =>
    isTensor(value) ? { section: sections.push(storeTensor(value)) - 1 } : value,
  );
  const table = JSON.stringify(
    sections.map(({ entry }) => [entry.type, entry.count, entry.stored, entry.deflated ? 1 : 0]),
  );
  const raw = new TextEncoder().encode(`{"sections":${table},"model":${content}}`);
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
  view.setUint32(4, FORMAT_VERSION, true);
  view.setUint32(CHECKED_FROM, header.length, true);
  view.setUint32(CHECKED_FROM + 4, raw.length, true);
  file.set(header, HEADER_FROM);
  for (const [index, { bytes }] of sections.entries()) file.set(bytes, places[index]);
  file.set(sha256(file.subarray(CHECKED_FROM)), HASH_FROM);
  return file;
}
