import type { BenchModels } from './bench-models.ts';
import { type Candidate, formOf, type ModelForm } from './candidate.ts';
import type { DownloadSize } from './report.ts';

/** Gzipped bytes of engines by `downloadKey`, as the site's build counts them. */
export type DownloadSizes = Readonly<Record<string, number>>;

/** Names a download: what a page fetches depends on the engine and its backend. */
export function downloadKey({ engine, backend }: Candidate): string {
  return `${engine} ${backend}`;
}

const FORM_NAMES: Readonly<Record<ModelForm, string>> = {
  hwgq: '',
  exact: ', exact',
  'float-twin': ', float32',
  'int8-twin': ', int8',
  'tflite-float-twin': ', float32',
  'tflite-int8-twin': ', int8',
};

/** Returns the distinct downloads of the candidates, one for each engine, backend and form of the network. */
export function downloadSizes(
  candidates: readonly Candidate[],
  { files }: BenchModels,
  sizes: DownloadSizes,
): readonly DownloadSize[] {
  const rows = new Map<string, DownloadSize>();
  for (const candidate of candidates) {
    const libraryBytes = sizes[downloadKey(candidate)];
    if (libraryBytes === undefined) continue;
    const form = formOf(candidate);
    const name = `${downloadKey(candidate)}${FORM_NAMES[form]}`;
    rows.set(name, { name, libraryBytes, modelBytes: files.get(form)?.length ?? 0 });
  }
  return [...rows.values()];
}
