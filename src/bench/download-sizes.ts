import type { BenchModels } from './bench-models.ts';
import { type Contestant, formOf } from './contestant.ts';
import type { DownloadSize } from './report.ts';

/** Gzipped bytes of engines by `downloadKey`, as the site's build counts them. */
export type DownloadSizes = Readonly<Record<string, number>>;

/** Names a download: what a page fetches depends on the engine and its backend. */
export function downloadKey({ engine, backend }: Contestant): string {
  return `${engine} ${backend}`;
}

const FORM_NAMES = { hwgq: '', exact: ', exact', 'float-twin': ', float32', 'int8-twin': ', int8' } as const;

/** Returns the distinct downloads of the contestants, one for each engine, backend and form of the network. */
export function downloadSizes(
  contestants: readonly Contestant[],
  { files }: BenchModels,
  sizes: DownloadSizes,
): readonly DownloadSize[] {
  const rows = new Map<string, DownloadSize>();
  for (const contestant of contestants) {
    const libraryBytes = sizes[downloadKey(contestant)];
    if (libraryBytes === undefined) continue;
    const form = formOf(contestant);
    const name = `${downloadKey(contestant)}${FORM_NAMES[form]}`;
    rows.set(name, { name, libraryBytes, modelBytes: files.get(form)?.length ?? 0 });
  }
  return [...rows.values()];
}
