import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command } from 'commander';
import type { Browser } from 'playwright-core';
import {
  type BarResult,
  contestantsOf,
  DOWNLOAD_BAR,
  GPU_BARS,
  GPU_BYSTANDERS,
  MEMORY_BAR,
  ratioResult,
  type SpeedBar,
  START_BAR,
  sizeResult,
  speedResult,
  WASM_BARS,
  WASM_BYSTANDERS,
} from '../../src/bench/bars.ts';
import { makeBenchModels } from '../../src/bench/bench-models.ts';
import type { Contestant } from '../../src/bench/contestant.ts';
import type { RaceResult } from '../../src/bench/race.ts';
import type { BenchmarkReport } from '../../src/bench/report.ts';
import { embedderFiles } from '../../vite-plugin-downloads.ts';
import { startChromium } from '../support/chromium.ts';
import { serveSite } from '../support/site-server.ts';
import { ISOLATED } from '../support/web-server.ts';
import { timeFirstLabels } from './first-label.ts';
import { measureMemory } from './memory.ts';
import { TABLE_CONTESTANTS, TABLE_NETWORKS, writeTable } from './table.ts';

const NETWORK = 'resnet18';
const BAR_KINDS = ['wasm', 'webgpu', 'start', 'download', 'memory'] as const;
type BarKind = (typeof BAR_KINDS)[number];

interface Options {
  readonly bars: true | BarKind[];
  readonly rounds?: number;
  readonly json?: string;
  readonly table?: boolean;
}

/** What was measured, on standard output as text or in a file as JSON. */
interface Findings {
  readonly bars: BarResult[];
  readonly races: RaceResult[];
  readonly details: Record<string, unknown>;
}

const options = new Command('bench')
  .description('Measures the bars of the benchmark in headless Chromium, all engines taking turns.')
  .option('--bars [kinds...]', `which bars: ${BAR_KINDS.join(', ')} (default: all)`, [...BAR_KINDS])
  .option('--rounds <number>', 'turns of each engine (default: 12; in the table 12, or 4 of a large network)', Number)
  .option('--table', 'instead of bars, the table of all networks, into docs/performance.md')
  .option('--json <file>', 'write everything measured to a file')
  .parse()
  .opts<Options>();
const kinds = new Set<string>(options.bars === true ? BAR_KINDS : options.bars);
const findings: Findings = { bars: [], races: [], details: {} };

const server = await serveSite(ISOLATED);
const { url } = server;
if (kinds.has('start') || kinds.has('memory')) {
  const models = makeBenchModels(NETWORK, ['hwgq', 'int8-twin']);
  for (const [form, bytes] of models.files) server.replaced.set(`bench-models/${form}`, bytes);
}
const browser = await startChromium();
const machine = `${cpus().length} × ${cpus()[0]?.model}, Chromium ${browser.version()}`;
try {
  say(`${machine}; ${options.table ? 'all networks' : NETWORK}, batch 1`);
  if (options.table) await measureTable(browser);
  else await measureBars(browser);
} finally {
  await browser.close();
  server.close();
}
for (const bar of findings.bars) say(barLine(bar));
if (options.json) writeFileSync(options.json, `${JSON.stringify(findings, null, 2)}\n`);

async function measureBars(browser: Browser): Promise<void> {
  if (kinds.has('wasm')) await measureSpeed(browser, WASM_BARS, WASM_BYSTANDERS, options.rounds ?? 12);
  if (kinds.has('webgpu')) await measureSpeed(browser, GPU_BARS, GPU_BYSTANDERS, Math.min(3, options.rounds ?? 3));
  if (kinds.has('start')) await measureStart(browser);
  if (kinds.has('download')) await measureDownload();
  if (kinds.has('memory')) await measureHeld(browser);
}

async function measureTable(browser: Browser): Promise<void> {
  const reports: BenchmarkReport[] = [];
  for (const { name, rounds } of TABLE_NETWORKS) {
    const start = performance.now();
    try {
      reports.push(await runInPage(browser, name, TABLE_CONTESTANTS, options.rounds ?? rounds));
    } catch (error) {
      say(`${name} has no row: ${error instanceof Error ? error.message : error}`);
      continue;
    }
    say(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
    writeTable(machine, reports);
  }
}

/** A race on a page of its own. */
async function runInPage(
  browser: Browser,
  network: string,
  contestants: readonly Contestant[],
  rounds: number,
): Promise<BenchmarkReport> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => say(`page: ${message}`));
    await page.exposeFunction('tellProgress', (done: number, doing: string) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${Math.round(done * 100)}% ${doing}\x1b[K`);
    });
    await page.goto(`${url}benchmark.html`);
    const settings = { network, contestants, rounds, batches: [], tuning: false, firstLabels: false };
    return await page.evaluate((settings) => {
      const { tellProgress } = window as unknown as { tellProgress: (done: number, doing: string) => void };
      return window.hwgqBenchmark.run(settings, tellProgress);
    }, settings);
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    await context.close();
  }
}

async function measureSpeed(
  browser: Browser,
  bars: readonly SpeedBar[],
  bystanders: readonly Contestant[],
  rounds: number,
): Promise<void> {
  const { results } = await runInPage(browser, NETWORK, [...contestantsOf(bars), ...bystanders], rounds);
  findings.races.push(...results);
  for (const { name, latency, started, failure } of results) {
    if (!latency) say(`${name}: ${failure}`);
    else {
      const { median, best, p5, p95, count } = latency;
      const spread = `p5–p95 ${p5.toFixed(1)}–${p95.toFixed(1)}, best ${best.toFixed(1)}, ${count} runs`;
      say(`${name}: ${median.toFixed(1)} ms (${spread}; ready in ${started?.startMilliseconds.toFixed(0)} ms)`);
    }
  }
  findings.bars.push(...bars.map((bar) => speedResult(bar, results)));
}

async function measureStart(browser: Browser): Promise<void> {
  const [own = Number.NaN, peer = Number.NaN] = await timeFirstLabels(
    browser,
    url,
    [
      { engine: 'hwgq-web', model: 'bench-models/hwgq' },
      { engine: 'onnxruntime-web', model: 'bench-models/int8-twin' },
    ],
    Math.min(7, options.rounds ?? 7),
  );
  say(`navigation to first label: ${own.toFixed(0)} ms, onnxruntime-web int8 ${peer.toFixed(0)} ms`);
  findings.bars.push(ratioResult(START_BAR, own, peer, 'navigation to first label: '));
}

async function measureDownload(): Promise<void> {
  const library = await embedderFiles();
  for (const { name, bytes, gzipped } of library) say(`${name}: ${bytes} bytes, gzipped ${gzipped}`);
  findings.details.library = library;
  findings.bars.push(
    sizeResult(
      DOWNLOAD_BAR,
      library.reduce((sum, { gzipped }) => sum + gzipped, 0),
    ),
  );
}

async function measureHeld(browser: Browser): Promise<void> {
  for (const backend of ['wasm', 'webgpu'] as const) {
    const memory = await measureMemory(browser, url, 'bench-models/hwgq', backend);
    const { heap, wasm, gpu } = memory;
    say(`memory on ${backend}: worker heap ${megabytes(heap)}, WASM ${megabytes(wasm)}, GPU ${megabytes(gpu)}`);
    findings.details[`memory on ${backend}`] = memory;
    const bar = { ...MEMORY_BAR, title: `${MEMORY_BAR.title}, ${backend}` };
    findings.bars.push(sizeResult(bar, heap + wasm + gpu));
  }
}

function barLine({ title, measured, ofBest, required, aim, unit, isReached }: BarResult): string {
  const figure = (value: number) =>
    unit === '×' ? `${value.toFixed(2)}×` : value < 1e6 ? `${(value / 1000).toFixed(1)} KB` : megabytes(value);
  const seen = measured === undefined ? 'not measured' : figure(measured);
  const best = ofBest === undefined ? '' : `; of the best times ${figure(ofBest)}`;
  return `${isReached ? 'reached' : 'MISSED '} ${seen.padStart(12)}  (bar ${figure(required)}, aim ${figure(aim)}${best})  ${title}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
