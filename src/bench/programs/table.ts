import { readFileSync, writeFileSync } from 'node:fs';
import { type Candidate, nameOf } from '../candidate.ts';
import type { PictureSettings } from '../end-to-end/end-to-end-race.ts';
import type { PictureCandidate } from '../end-to-end/picture-candidate.ts';
import { PICTURE_KINDS } from '../end-to-end/picture-kinds.ts';
import type { BenchmarkReport } from '../report.ts';

/** Networks of the table, smallest first, and the number of turns of each engine. WebGPU on a software adapter is slow. */
export const TABLE_NETWORKS = [
  { name: 'lenet', rounds: 12, gpuRounds: 2 },
  { name: 'cifarsmall', rounds: 12, gpuRounds: 2 },
  { name: 'cifarvgg', rounds: 12, gpuRounds: 2 },
  { name: 'alexnet', rounds: 12, gpuRounds: 2 },
  { name: 'resnet18', rounds: 12, gpuRounds: 2 },
  { name: 'googlenet', rounds: 12, gpuRounds: 2 },
  { name: 'resnet34', rounds: 12, gpuRounds: 2 },
  { name: 'darknet19', rounds: 12, gpuRounds: 2 },
  { name: 'resnet50', rounds: 4, gpuRounds: 2 },
  { name: 'vgg', rounds: 4, gpuRounds: 1 },
] as const;

const OWN = { engine: 'hwgq-web', backend: 'wasm' } as const;
const PEER = { engine: 'onnxruntime-web', backend: 'wasm' } as const;
const LITERT = { engine: 'LiteRT.js', backend: 'wasm' } as const;
const TFJS = { engine: 'tfjs', backend: 'wasm', form: 'float-twin' } as const;

/** A column of the table: its candidate and its heading. */
interface Column {
  readonly title: string;
  readonly candidate: Candidate;
}

const OWN_COLUMN: Column = {
  title: 'hwgq-web: relaxed SIMD, 1 thread',
  candidate: { ...OWN, simd: 'relaxed', threads: 1 },
};
const INT8_COLUMN: Column = {
  title: 'onnxruntime-web: int8, 1 thread',
  candidate: { ...PEER, form: 'int8-twin', threads: 1 },
};

const LITERT_COLUMN: Column = {
  title: 'LiteRT.js: int8, 1 thread',
  candidate: { ...LITERT, form: 'int8-twin', threads: 1 },
};

const COLUMNS: readonly Column[] = [
  OWN_COLUMN,
  { title: 'relaxed SIMD, 2 threads', candidate: { ...OWN, simd: 'relaxed', threads: 2 } },
  { title: 'plain SIMD, 1 thread', candidate: { ...OWN, simd: 'plain', threads: 1 } },
  INT8_COLUMN,
  { title: 'int8, 2 threads', candidate: { ...PEER, form: 'int8-twin', threads: 2 } },
  { title: 'float32, 1 thread', candidate: { ...PEER, form: 'float-twin', threads: 1 } },
  LITERT_COLUMN,
  { title: 'int8, 2 threads', candidate: { ...LITERT, form: 'int8-twin', threads: 2 } },
  { title: 'float32, 1 thread', candidate: { ...LITERT, form: 'float-twin', threads: 1 } },
  { title: 'tfjs: float32, 1 thread', candidate: { ...TFJS, threads: 1 } },
];

/** WebGPU columns. Their headings start with the name of the adapter. */
const GPU_COLUMNS: readonly Column[] = [
  { title: 'hwgq-web', candidate: { ...OWN, backend: 'webgpu' } },
  { title: 'onnxruntime-web float32', candidate: { ...PEER, backend: 'webgpu', form: 'float-twin' } },
];

/** A column with the time from a picture to a label. */
interface PictureColumn {
  readonly title: string;
  readonly candidate: PictureCandidate;
}

const TABLE_PICTURE = 'canvas-720p';
const PICTURE_COLUMNS: readonly PictureColumn[] = [
  {
    title: `${PICTURE_KINDS[TABLE_PICTURE].title}, to a label, 1 thread: hwgq-web`,
    candidate: { ...OWN, threads: 1 },
  },
  { title: 'onnxruntime-web int8', candidate: { ...PEER, form: 'int8-twin', threads: 1 } },
  { title: 'LiteRT.js int8', candidate: { ...LITERT, form: 'int8-twin', threads: 1 } },
];

/** Returns what the picture columns need. */
export function tablePictures(rounds: number): PictureSettings {
  return { kinds: [TABLE_PICTURE], rounds, candidates: PICTURE_COLUMNS.map(({ candidate }) => candidate) };
}

export const TABLE_CANDIDATES: readonly Candidate[] = COLUMNS.map(({ candidate }) => candidate);
export const TABLE_GPU_CANDIDATES: readonly Candidate[] = GPU_COLUMNS.map(({ candidate }) => candidate);

const FILE = 'docs/performance.md';
const [BEGIN, END] = ['<!-- table: npm run bench -- --table -->', '<!-- end of table -->'];

/** Writes the table of all networks into docs/performance.md. */
export function writeTable(machine: string, reports: readonly BenchmarkReport[]): void {
  const text = readFileSync(FILE, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${FILE} does not contain the comments that enclose the table.`);
  writeFileSync(FILE, `${before}${BEGIN}\n${tableText(machine, reports)}${END}${after}`);
}

/** Formats the table as Markdown: a row for each report. The cell of a failed engine contains the reason. */
export function tableText(machine: string, reports: readonly BenchmarkReport[]): string {
  const gpu = reports[0]?.machine.gpu ?? 'no adapter';
  const gpuTitles = GPU_COLUMNS.map(({ title }) => `WebGPU on ${gpu}: ${title}`);
  const headings = [
    'network',
    'model',
    ...PICTURE_COLUMNS.map(({ title }) => title),
    ...COLUMNS.map(({ title }) => title),
    'speedup over int8, 1 thread: onnxruntime-web / LiteRT.js',
    ...gpuTitles,
  ];
  const rows = reports.map(({ network, downloads, endToEnd, results }) => {
    const pictureCellOf = ({ candidate }: PictureColumn) => {
      const { time, failure } = endToEnd.find(({ name }) => name === nameOf(candidate)) ?? {};
      return time?.median.toFixed(1) ?? `failed: ${cellText(failure)}`;
    };
    const resultOf = ({ candidate }: Column) => results.find(({ name }) => name === nameOf(candidate));
    const cellOf = (column: Column) => {
      const { latency, failure } = resultOf(column) ?? {};
      return latency?.median.toFixed(1) ?? `failed: ${cellText(failure)}`;
    };
    const model = downloads.find(({ name }) => name.startsWith('hwgq-web'))?.modelBytes ?? 0;
    const medianOf = (column: Column) => resultOf(column)?.latency?.median;
    const own = medianOf(OWN_COLUMN);
    const ratioOver = (column: Column) => {
      const peer = medianOf(column);
      return own && peer ? `${(peer / own).toFixed(1)}×` : '–';
    };
    const ratios = [INT8_COLUMN, LITERT_COLUMN].map(ratioOver).join(' / ');
    const size = `${(model / 1e6).toFixed(2)} MB`;
    const cells = [...PICTURE_COLUMNS.map(pictureCellOf), ...COLUMNS.map(cellOf), ratios, ...GPU_COLUMNS.map(cellOf)];
    return [network, size, ...cells];
  });
  const lines = [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n${machine}, ${new Date().toISOString().slice(0, 10)}; medians in milliseconds.\n\n${lines.join('\n')}\n\n`;
}

/** Shortens a failure message and removes characters that would end the table cell. */
function cellText(failure = 'not measured'): string {
  const [line = ''] = failure.split('\n');
  return line.replaceAll('|', '/').slice(0, 80);
}
