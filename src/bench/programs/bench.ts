import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import type { Browser } from 'playwright-core';
import { embedderFiles, fetchedBy, gzippedSize } from '../../../build/plugins/downloads.ts';

import { HwgqError, messageOf } from '../../errors.ts';
import { toCount } from '../../tools/number-arguments.ts';

import {
  type BarResult,
  contestantsOf,
  DOWNLOAD_BAR,
  GPU_BARS,
  GPU_BYSTANDERS,
  MEMORY_BAR,
  PEAK_BAR,
  ratioResult,
  SOFTWARE_GPU_BARS,
  START_BAR,
  shareResult,
  sizeResult,
  speedResult,
  WASM_BARS,
  WASM_BYSTANDERS,
} from '../bars.ts';
import { makeBenchModels } from '../bench-models.ts';
import type { BenchmarkSettings } from '../benchmark.ts';
import { formOf } from '../contestant.ts';
import type { FirstLabelTask } from '../first-labels.ts';
import type { BenchmarkReport } from '../report.ts';
import { timeFirstLabels } from './first-label.ts';
import { measureMemory } from './memory.ts';
import { startChromium, startChromiumOnHardware } from './support/chromium.ts';
import { serveSite } from './support/site-server.ts';
import { ISOLATED, type WebServer } from './support/web-server.ts';
import { TABLE_CONTESTANTS, TABLE_GPU_CONTESTANTS, TABLE_NETWORKS, writeTable } from './table.ts';

const NETWORK = 'resnet18';
const BAR_KINDS = ['wasm', 'webgpu', 'start', 'download', 'memory'] as const;
type BarKind = (typeof BAR_KINDS)[number];
/** Turns of each engine, where nobody says how many. */
const ROUNDS = 12;
/** Images of a run, for throughput. */
const BATCHES = [1, 4, 16];

interface Options {
  readonly bars: readonly BarKind[];
  readonly rounds?: number;
  readonly layers?: boolean;
  readonly tune?: boolean;
  readonly gpu?: boolean;
  readonly table?: boolean;
  readonly json?: string;
}

/** What was measured, on standard output as text or in a file as JSON. */
interface Findings {
  readonly machine: string;
  readonly bars: BarResult[];
  readonly reports: BenchmarkReport[];
  readonly details: Record<string, unknown>;
  /** What gave no result. */
  readonly failures: string[];
}

const options = new Command('bench')
  .description('Measures the bars of the benchmark in Chromium, all engines taking turns.')
  .addOption(new Option('--bars <kinds...>', 'which bars').choices(BAR_KINDS).default([...BAR_KINDS], 'all'))
  .option('--rounds <number>', 'turns of each engine (default: 12; in the table 12, or 4 of a large network)', toCount)
  .option('--layers', 'throughput by batch, and layer by layer, too; into the JSON')
  .option('--tune', 'look for the fastest WebGPU kernels first; times of all of them into the JSON')
  .option('--gpu', 'on a GPU of hardware, by its own bars, instead of the software adapter')
  .option('--table', 'instead of bars, the table of all networks, into docs/performance.md')
  .option('--json <file>', 'write everything measured to a file')
  .addHelpText('after', '\nExit codes: 0 all was measured, though bars may have been missed; 1 something failed.')
  .parse()
  .opts<Options>();

async function measure(): Promise<Findings> {
  const server = await serveSite(ISOLATED);
  try {
    const browser = await (options.gpu ? startChromiumOnHardware() : startChromium());
    try {
      const machine = `${cpus().length} × ${cpus()[0]?.model}, Chromium ${browser.version()}`;
      const findings: Findings = { machine, bars: [], reports: [], details: {}, failures: [] };
      const bench = new Bench(browser, server, findings);
      if (options.gpu) findings.details.gpu = await bench.hardwareGpu();
      say(`${machine}; ${options.table ? 'all networks' : NETWORK}, batch 1`);
      if (options.table) await bench.measureTable();
      else await bench.measureBars(options.bars);
      for (const bar of findings.bars) say(barLine(bar));
      if (options.json) writeFileSync(options.json, `${JSON.stringify(findings, null, 2)}\n`);
      return findings;
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
  }
}

class Bench {
  readonly #browser: Browser;
  readonly #server: WebServer;
  readonly #findings: Findings;

  constructor(browser: Browser, server: WebServer, findings: Findings) {
    this.#browser = browser;
    this.#server = server;
    this.#findings = findings;
  }

  get #url(): string {
    return this.#server.url;
  }

  /** @throws HwgqError `no-webgpu` where Chromium has none but a software adapter. */
  async hardwareGpu(): Promise<string> {
    const page = await this.#browser.newPage();
    try {
      await page.goto(`${this.#url}benchmark.html`);
      const found = await page.evaluate(async () => {
        const { info } = (await navigator.gpu?.requestAdapter()) ?? {};
        return info && { isSoftware: info.isFallbackAdapter, name: `${info.vendor} ${info.architecture}` };
      });
      if (found && !found.isSoftware) return found.name;
      throw new HwgqError(
        'no-webgpu',
        `Chromium's WebGPU has ${found ? `only the software adapter ${found.name}` : 'no adapter'} here, and --gpu takes a ` +
          'GPU of hardware. Look at chrome://gpu, or leave --gpu out.',
      );
    } finally {
      await page.close();
    }
  }

  /** What fails of one kind is noted, and the others go on. */
  async measureBars(kinds: readonly BarKind[]): Promise<void> {
    const measurements: Readonly<Record<BarKind, () => Promise<void>>> = {
      wasm: () => this.#measureWasm(),
      webgpu: () => this.#measureWebGpu(),
      start: () => this.#measureStart(),
      download: () => this.#measureDownload(),
      memory: () => this.#measureHeld(),
    };
    for (const kind of kinds) {
      try {
        await measurements[kind]();
      } catch (error) {
        this.#findings.failures.push(`${kind}: ${messageOf(error)}`);
      }
    }
  }

  async #measureWasm(): Promise<void> {
    const { results } = await this.#measureRace([...contestantsOf(WASM_BARS), ...WASM_BYSTANDERS], ROUNDS);
    this.#findings.bars.push(...WASM_BARS.map((bar) => speedResult(bar, results)));
  }

  async #measureWebGpu(): Promise<void> {
    const [bars, most] = options.gpu ? [GPU_BARS, ROUNDS] : [SOFTWARE_GPU_BARS, 3];
    const { results, examinations } = await this.#measureRace([...contestantsOf(bars), ...GPU_BYSTANDERS], most);
    this.#findings.bars.push(...bars.map((bar) => speedResult(bar, results)));
    if (options.gpu) this.#findings.bars.push(shareResult(PEAK_BAR, examinations));
  }

  async measureTable(): Promise<void> {
    const { machine, failures } = this.#findings;
    const rows: BenchmarkReport[] = [];
    for (const { name, rounds, gpuRounds } of TABLE_NETWORKS) {
      const start = performance.now();
      const most = options.rounds ?? rounds;
      try {
        const report = await this.#runInPage(name, TABLE_CONTESTANTS, most);
        const { results } = await this.#runInPage(name, TABLE_GPU_CONTESTANTS, Math.min(most, gpuRounds));
        rows.push({ ...report, results: [...report.results, ...results] });
      } catch (error) {
        failures.push(`${name} has no row: ${messageOf(error)}`);
        continue;
      }
      say(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
      writeTable(machine, rows);
    }
  }

  /** A race on the network of the bars. */
  async #measureRace(contestants: BenchmarkSettings['contestants'], most: number): Promise<BenchmarkReport> {
    const report = await this.#runInPage(NETWORK, contestants, Math.min(most, options.rounds ?? most));
    for (const { name, latency, started } of report.results) {
      if (!latency) continue;
      const { median, best, p5, p95, count } = latency;
      const spread = `p5–p95 ${p5.toFixed(1)}–${p95.toFixed(1)}, best ${best.toFixed(1)}, ${count} runs`;
      say(`${name}: ${median.toFixed(1)} ms (${spread}; ready in ${started?.startMilliseconds.toFixed(0)} ms)`);
    }
    return report;
  }

  /** A benchmark on a page of its own; a GPU's bars need its layers. */
  async #runInPage(
    network: string,
    contestants: BenchmarkSettings['contestants'],
    rounds: number,
  ): Promise<BenchmarkReport> {
    const [browser, url, findings] = [this.#browser, this.#url, this.#findings];
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      page.on('pageerror', ({ message }) => findings.failures.push(`page: ${message}`));
      await page.exposeFunction('tellProgress', (done: number, doing: string) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${Math.round(done * 100)}% ${doing}\x1b[K`);
      });
      await page.goto(`${url}benchmark.html`);
      const batches = options.layers ? BATCHES : options.gpu && !options.table ? [1] : [];
      const tuning = options.tune ?? false;
      const settings = { network, contestants, rounds, batches, tuning, firstLabels: false };
      const report = await page.evaluate((settings) => {
        const { tellProgress } = window as unknown as { tellProgress: (done: number, doing: string) => void };
        return window.hwgqBenchmark.run(settings, tellProgress);
      }, settings);
      findings.reports.push(report);
      for (const { name, failure } of [...report.results, ...report.examinations]) {
        if (failure !== undefined) findings.failures.push(`${name} on ${network}: ${failure}`);
      }
      if (report.tuningFailure !== undefined) findings.failures.push(`kernels on ${network}: ${report.tuningFailure}`);
      return report;
    } finally {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      await context.close();
    }
  }

  async #measureStart(): Promise<void> {
    const tasks = this.#firstLabelTasks([START_BAR.own, START_BAR.peer]);
    const rounds = Math.min(7, options.rounds ?? 7);
    const [ownTime = Number.NaN, peerTime = Number.NaN] = await timeFirstLabels(
      this.#browser,
      this.#url,
      tasks,
      rounds,
    );
    say(`navigation to first label: ${ownTime.toFixed(0)} ms, onnxruntime-web int8 ${peerTime.toFixed(0)} ms`);
    this.#findings.bars.push(ratioResult(START_BAR, ownTime, peerTime, 'navigation to first label: '));
  }

  /** Puts models on the server for pages that name one picture each. */
  #firstLabelTasks(contestants: readonly FirstLabelTask['contestant'][]): readonly FirstLabelTask[] {
    const { files, preprocessing } = makeBenchModels(NETWORK, [...new Set(contestants.map(formOf))]);
    for (const [form, bytes] of files) this.#server.replaced.set(`bench-models/${form}`, bytes);
    return contestants.map((contestant) => {
      return { contestant, model: `${this.#url}bench-models/${formOf(contestant)}`, preprocessing };
    });
  }

  async #measureDownload(): Promise<void> {
    const library = await embedderFiles();
    for (const { name, bytes, gzipped } of library) say(`${name}: ${bytes} bytes, gzipped ${gzipped}`);
    this.#findings.details.library = library;
    for (const path of ['wasm', 'webgpu'] as const) {
      const bar = { ...DOWNLOAD_BAR, title: `${DOWNLOAD_BAR.title}, ${path}` };
      this.#findings.bars.push(sizeResult(bar, gzippedSize(fetchedBy(path, library))));
    }
  }

  async #measureHeld(): Promise<void> {
    const contestants = (['wasm', 'webgpu'] as const).map((backend) => ({ engine: 'hwgq-web', backend }) as const);
    for (const task of this.#firstLabelTasks(contestants)) {
      const { backend } = task.contestant;
      const memory = await measureMemory(this.#browser, this.#url, task);
      const { heap, wasm, gpu } = memory;
      say(`memory on ${backend}: worker heap ${megabytes(heap)}, WASM ${megabytes(wasm)}, GPU ${megabytes(gpu)}`);
      this.#findings.details[`memory on ${backend}`] = memory;
      const bar = { ...MEMORY_BAR, title: `${MEMORY_BAR.title}, ${backend}` };
      this.#findings.bars.push(sizeResult(bar, heap + wasm + gpu));
    }
  }
}

function barLine({ title, measured, ofBest, required, aim, unit, isReached }: BarResult): string {
  const figure = (value: number) => {
    if (unit === '×') return `${value.toFixed(2)}×`;
    if (unit === 'share') return `${(100 * value).toFixed(0)}%`;
    return value < 1e6 ? `${(value / 1000).toFixed(1)} KB` : megabytes(value);
  };
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

try {
  const { failures } = await measure();
  // A browser's own log may follow.
  for (const failure of failures) process.stderr.write(`failed: ${failure.split('\n')[0]}\n`);
  if (failures.length > 0) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
