import { readFileSync, writeFileSync } from 'node:fs';
import { type Contestant, nameOf } from '../../src/bench/contestant.ts';
import type { BenchmarkReport } from '../../src/bench/report.ts';

/** The networks of the table, smallest first. */
export const TABLE_NETWORKS = [
  'lenet',
  'cifarsmall',
  'cifarvgg',
  'alexnet',
  'resnet18',
  'googlenet',
  'resnet34',
  'darknet19',
  'resnet50',
  'vgg',
] as const;

const OWN = { engine: 'hwgq-web', backend: 'wasm' } as const;
const PEER = { engine: 'onnxruntime-web', backend: 'wasm' } as const;

/** The columns of the table, and who runs in them. */
const COLUMNS: readonly { readonly title: string; readonly contestant: Contestant }[] = [
  { title: 'relaxed, 1 thread', contestant: { ...OWN, simd: 'relaxed', threads: 1 } },
  { title: '2 threads', contestant: { ...OWN, simd: 'relaxed', threads: 2 } },
  { title: 'plain, 1 thread', contestant: { ...OWN, simd: 'plain', threads: 1 } },
  { title: 'int8, 1 thread', contestant: { ...PEER, form: 'int8-twin', threads: 1 } },
  { title: 'int8, 2 threads', contestant: { ...PEER, form: 'int8-twin', threads: 2 } },
  { title: 'float32, 1 thread', contestant: { ...PEER, form: 'float-twin', threads: 1 } },
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

function tableText(machine: string, reports: readonly BenchmarkReport[]): string {
  const heads = ['network', 'model', ...COLUMNS.map(({ title }) => title), 'against int8, 1 thread'];
  const rows = reports.map(({ network, downloads, results }) => {
    const medians = COLUMNS.map(
      ({ contestant }) => results.find(({ name }) => name === nameOf(contestant))?.latency?.median,
    );
    const model = downloads.find(({ name }) => name === 'hwgq-web')?.modelBytes ?? 0;
    const [own, , , peer] = medians;
    const ratio = own && peer ? `${(peer / own).toFixed(1)}×` : '–';
    return [network, `${(model / 1e6).toFixed(2)} MB`, ...medians.map((median) => median?.toFixed(1) ?? '–'), ratio];
  });
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n${machine}, ${new Date().toISOString().slice(0, 10)}; milliseconds, medians.\n\n${lines.join('\n')}\n\n`;
}
