import { readFileSync, writeFileSync } from 'node:fs';
import { type Candidate, nameOf } from '../candidate.ts';
import type { BenchmarkReport } from '../report.ts';

/** The networks of the table, smallest first, and how many turns tell enough of them; on WebGPU in software one is long. */
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
const TFJS = { engine: 'tfjs', backend: 'wasm', form: 'float-twin' } as const;

/** Who runs in a column, and what stands above it. */
interface Column {
  readonly title: string;
  readonly candidate: Candidate;
}

const OWN_COLUMN: Column = { title: 'here: relaxed, 1 thread', candidate: { ...OWN, simd: 'relaxed', threads: 1 } };
const INT8_COLUMN: Column = {
  title: 'onnxruntime-web: int8, 1 thread',
  candidate: { ...PEER, form: 'int8-twin', threads: 1 },
};

const COLUMNS: readonly Column[] = [
  OWN_COLUMN,
  { title: '2 threads', candidate: { ...OWN, simd: 'relaxed', threads: 2 } },
  { title: 'plain, 1 thread', candidate: { ...OWN, simd: 'plain', threads: 1 } },
  INT8_COLUMN,
  { title: 'int8, 2 threads', candidate: { ...PEER, form: 'int8-twin', threads: 2 } },
  { title: 'float32, 1 thread', candidate: { ...PEER, form: 'float-twin', threads: 1 } },
  { title: 'tfjs: float32, 1 thread', candidate: { ...TFJS, threads: 1 } },
];

/** Behind the adapter's name. */
const GPU_COLUMNS: readonly Column[] = [
  { title: 'here', candidate: { ...OWN, backend: 'webgpu' } },
  { title: 'onnxruntime-web: float32', candidate: { ...PEER, backend: 'webgpu', form: 'float-twin' } },
];

export const TABLE_CANDIDATES: readonly Candidate[] = COLUMNS.map(({ candidate }) => candidate);
export const TABLE_GPU_CANDIDATES: readonly Candidate[] = GPU_COLUMNS.map(({ candidate }) => candidate);

const FILE = 'docs/performance.md';
const [BEGIN, END] = ['<!-- table: npm run bench -- --table -->', '<!-- end of table -->'];

/** Writes the table of all networks into docs/performance.md. */
export function writeTable(machine: string, reports: readonly BenchmarkReport[]): void {
  const text = readFileSync(FILE, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${FILE} has no place for the table.`);
  writeFileSync(FILE, `${before}${BEGIN}\n${tableText(machine, reports)}${END}${after}`);
}

/** The table in Markdown: a row for each report, and in a cell why an engine gave no time. */
export function tableText(machine: string, reports: readonly BenchmarkReport[]): string {
  const gpu = reports[0]?.machine.gpu ?? 'no adapter';
  const gpuTitles = GPU_COLUMNS.map(({ title }) => `WebGPU on ${gpu}, ${title}`);
  const heads = ['network', 'model', ...COLUMNS.map(({ title }) => title), 'against int8, 1 thread', ...gpuTitles];
  const rows = reports.map(({ network, downloads, results }) => {
    const resultOf = ({ candidate }: Column) => results.find(({ name }) => name === nameOf(candidate));
    const cellOf = (column: Column) => {
      const { latency, failure } = resultOf(column) ?? {};
      return latency?.median.toFixed(1) ?? `failed: ${cellText(failure)}`;
    };
    const model = downloads.find(({ name }) => name.startsWith('hwgq-web'))?.modelBytes ?? 0;
    const [own, peer] = [OWN_COLUMN, INT8_COLUMN].map((column) => resultOf(column)?.latency?.median);
    const ratio = own && peer ? `${(peer / own).toFixed(1)}×` : '–';
    return [network, `${(model / 1e6).toFixed(2)} MB`, ...COLUMNS.map(cellOf), ratio, ...GPU_COLUMNS.map(cellOf)];
  });
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n${machine}, ${new Date().toISOString().slice(0, 10)}; milliseconds, medians.\n\n${lines.join('\n')}\n\n`;
}

/** A failure in one cell: its beginning, without what would end the cell. */
function cellText(failure = 'it gave no time'): string {
  const [line = ''] = failure.split('\n');
  return line.replaceAll('|', '/').slice(0, 80);
}
