import { readFileSync, writeFileSync } from 'node:fs';
import { type Contestant, nameOf } from '../../src/bench/contestant.ts';
import type { BenchmarkReport } from '../../src/bench/report.ts';

/** The networks of the table, smallest first, and how many turns tell enough of them. */
export const TABLE_NETWORKS = [
  { name: 'lenet', rounds: 12 },
  { name: 'cifarsmall', rounds: 12 },
  { name: 'cifarvgg', rounds: 12 },
  { name: 'alexnet', rounds: 12 },
  { name: 'resnet18', rounds: 12 },
  { name: 'googlenet', rounds: 12 },
  { name: 'resnet34', rounds: 12 },
  { name: 'darknet19', rounds: 12 },
  { name: 'resnet50', rounds: 4 },
  { name: 'vgg', rounds: 4 },
] as const;

const OWN = { engine: 'hwgq-web', backend: 'wasm' } as const;
const PEER = { engine: 'onnxruntime-web', backend: 'wasm' } as const;
const TFJS = { engine: 'tfjs', backend: 'wasm', form: 'float-twin' } as const;

/** The columns of the table, and who runs in them. */
const COLUMNS: readonly { readonly title: string; readonly contestant: Contestant }[] = [
  { title: 'here: relaxed, 1 thread', contestant: { ...OWN, simd: 'relaxed', threads: 1 } },
  { title: '2 threads', contestant: { ...OWN, simd: 'relaxed', threads: 2 } },
  { title: 'plain, 1 thread', contestant: { ...OWN, simd: 'plain', threads: 1 } },
  { title: 'onnxruntime-web: int8, 1 thread', contestant: { ...PEER, form: 'int8-twin', threads: 1 } },
  { title: 'int8, 2 threads', contestant: { ...PEER, form: 'int8-twin', threads: 2 } },
  { title: 'float32, 1 thread', contestant: { ...PEER, form: 'float-twin', threads: 1 } },
  { title: 'tfjs: float32, 1 thread', contestant: { ...TFJS, threads: 1 } },
];

export const TABLE_CONTESTANTS: readonly Contestant[] = COLUMNS.map(({ contestant }) => contestant);

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
  const heads = ['network', 'model', ...COLUMNS.map(({ title }) => title), 'against int8, 1 thread'];
  const rows = reports.map(({ network, downloads, results }) => {
    const found = COLUMNS.map(({ contestant }) => results.find(({ name }) => name === nameOf(contestant)));
    const medians = found.map((result) => result?.latency?.median);
    const cells = found.map((result) => result?.latency?.median.toFixed(1) ?? `failed: ${cellText(result?.failure)}`);
    const model = downloads.find(({ name }) => name === 'hwgq-web')?.modelBytes ?? 0;
    const [own, , , peer] = medians;
    const ratio = own && peer ? `${(peer / own).toFixed(1)}×` : '–';
    return [network, `${(model / 1e6).toFixed(2)} MB`, ...cells, ratio];
  });
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n${machine}, ${new Date().toISOString().slice(0, 10)}; milliseconds, medians.\n\n${lines.join('\n')}\n\n`;
}

/** A failure in one cell: its beginning, without what would end the cell. */
function cellText(failure = 'it gave no time'): string {
  const [line = ''] = failure.split('\n');
  return line.replaceAll('|', '/').slice(0, 80);
}
