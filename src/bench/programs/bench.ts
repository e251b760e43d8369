import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import type { Browser } from 'playwright-core';
import { embedderFiles, fetchedBy, gzippedSize } from '../../../build/plugins/downloads.ts';

import { HwgqError, messageOf } from '../../errors.ts';
import { toCount } from '../../tools/number-arguments.ts';
import { makeBenchModels } from '../bench-models.ts';
import type { BenchmarkSettings } from '../benchmark.ts';
import { formOf } from '../candidate.ts';
import type { FirstLabelTask } from '../first-labels.ts';
import type { BenchmarkReport } from '../report.ts';
import {
  candidatesOf,
  DOWNLOAD_TARGET,
  GPU_TARGETS,
  MEMORY_TARGET,
  OTHER_GPU_CANDIDATES,
  OTHER_WASM_CANDIDATES,
  PEAK_TARGET,
  ratioResult,
  SOFTWARE_GPU_TARGETS,
  START_TARGET,
  shareResult,
  sizeResult,
  speedResult,
  type TargetResult,
  WASM_TARGETS,
} from '../targets.ts';
import { timeFirstLabels } from './first-label.ts';
import { measureMemory } from './memory.ts';
import { startChromium, startChromiumOnHardware } from './support/chromium.ts';
import { serveSite } from './support/site-server.ts';
import { ISOLATED, type WebServer } from './support/web-server.ts';
import { TABLE_CANDIDATES, TABLE_GPU_CANDIDATES, TABLE_NETWORKS, writeTable } from './table.ts';

const NETWORK = 'resnet18';
const TARGET_KINDS = ['wasm', 'webgpu', 'start', 'download', 'memory'] as const;
type TargetKind = (typeof TARGET_KINDS)[number];
/** Turns of each engine, where nobody says how many. */
const ROUNDS = 12;
/** Images of a run, for throughput. */
const BATCHES = [1, 4, 16];

interface Options {
  readonly targets: readonly TargetKind[];
  /** Former name of `targets`, still accepted. */
  readonly bars?: readonly TargetKind[];
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
  readonly targets: TargetResult[];
  readonly reports: BenchmarkReport[];
  readonly details: Record<string, unknown>;
  /** What gave no result. */
  readonly failures: string[];
}

const options = new Command('bench')
  .description('Measures the targets of the benchmark in Chromium, all engines taking turns.')
  .addOption(
    new Option('--targets <kinds...>', 'targets to measure').choices(TARGET_KINDS).default([...TARGET_KINDS], 'all'),
  )
  .addOption(new Option('--bars <kinds...>', 'former name of --targets').choices(TARGET_KINDS).hideHelp())
  .option('--rounds <number>', 'turns of each engine (default: 12; in the table 12, or 4 of a large network)', toCount)
  .option('--layers', 'throughput by batch, and layer by layer, too; into the JSON')
  .option('--tune', 'look for the fastest WebGPU kernels first; times of all of them into the JSON')
  .option('--gpu', 'on a GPU of hardware, by its own targets, instead of the software adapter')
  .option('--table', 'instead of targets, the table of all networks, into docs/performance.md')
  .option('--json <file>', 'write everything measured to a file')
  .addHelpText('after', '\nExit codes: 0 all was measured, though targets may have been missed; 1 something failed.')
  .parse()
  .opts<Options>();

async function measure(): Promise<Findings> {
  const server = await serveSite(ISOLATED);
  try {
    const browser = await (options.gpu ? startChromiumOnHardware() : startChromium());
    try {
      const machine = `${cpus().length} × ${cpus()[0]?.model}, Chromium ${browser.version()}`;
      const findings: Findings = { machine, targets: [], reports: [], details: {}, failures: [] };
      const bench = new Bench(browser, server, findings);
      if (options.gpu) findings.details.gpu = await bench.hardwareGpu();
      say(`${machine}; ${options.table ? 'all networks' : NETWORK}, batch 1`);
      if (options.table) await bench.measureTable();
      else await bench.measureTargets(options.bars ?? options.targets);
      for (const target of findings.targets) say(targetLine(target));
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
  async measureTargets(kinds: readonly TargetKind[]): Promise<void> {
    const measurements: Readonly<Record<TargetKind, () => Promise<void>>> = {
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
    const { results } = await this.#measureRace([...candidatesOf(WASM_TARGETS), ...OTHER_WASM_CANDIDATES], ROUNDS);
    this.#findings.targets.push(...WASM_TARGETS.map((target) => speedResult(target, results)));
  }

  async #measureWebGpu(): Promise<void> {
    const [targets, most] = options.gpu ? [GPU_TARGETS, ROUNDS] : [SOFTWARE_GPU_TARGETS, 3];
    const { results, profiles } = await this.#measureRace([...candidatesOf(targets), ...OTHER_GPU_CANDIDATES], most);
    this.#findings.targets.push(...targets.map((target) => speedResult(target, results)));
    if (options.gpu) this.#findings.targets.push(shareResult(PEAK_TARGET, profiles));
  }

  async measureTable(): Promise<void> {
    const { machine, failures } = this.#findings;
    const rows: BenchmarkReport[] = [];
    for (const { name, rounds, gpuRounds } of TABLE_NETWORKS) {
      const start = performance.now();
      const most = options.rounds ?? rounds;
      try {
        const report = await this.#runInPage(name, TABLE_CANDIDATES, most);
        const { results } = await this.#runInPage(name, TABLE_GPU_CANDIDATES, Math.min(most, gpuRounds));
        rows.push({ ...report, results: [...report.results, ...results] });
      } catch (error) {
        failures.push(`${name} has no row: ${messageOf(error)}`);
        continue;
      }
      say(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
      writeTable(machine, rows);
    }
  }

  /** A race on the network of the targets. */
  async #measureRace(candidates: BenchmarkSettings['candidates'], most: number): Promise<BenchmarkReport> {
    const report = await this.#runInPage(NETWORK, candidates, Math.min(most, options.rounds ?? most));
    for (const { name, latency, started } of report.results) {
      if (!latency) continue;
      const { median, best, p5, p95, count } = latency;
      const spread = `p5–p95 ${p5.toFixed(1)}–${p95.toFixed(1)}, best ${best.toFixed(1)}, ${count} runs`;
      say(`${name}: ${median.toFixed(1)} ms (${spread}; ready in ${started?.startMilliseconds.toFixed(0)} ms)`);
    }
    return report;
  }

  /** A benchmark on a page of its own; a GPU's targets need its layers. */
  async #runInPage(
    network: string,
    candidates: BenchmarkSettings['candidates'],
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
      const settings = { network, candidates, rounds, batches, tuning, firstLabels: false };
      const report = await page.evaluate((settings) => {
        const { tellProgress } = window as unknown as { tellProgress: (done: number, doing: string) => void };
        return window.hwgqBenchmark.run(settings, tellProgress);
      }, settings);
      findings.reports.push(report);
      for (const { name, failure } of [...report.results, ...report.profiles]) {
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
    const tasks = this.#firstLabelTasks([START_TARGET.own, START_TARGET.peer]);
    const rounds = Math.min(7, options.rounds ?? 7);
    const [ownTime = Number.NaN, peerTime = Number.NaN] = await timeFirstLabels(
      this.#browser,
      this.#url,
      tasks,
      rounds,
    );
    say(`navigation to first label: ${ownTime.toFixed(0)} ms, onnxruntime-web int8 ${peerTime.toFixed(0)} ms`);
    this.#findings.targets.push(ratioResult(START_TARGET, ownTime, peerTime, 'navigation to first label: '));
  }

  /** Puts models on the server for pages that name one picture each. */
  #firstLabelTasks(candidates: readonly FirstLabelTask['candidate'][]): readonly FirstLabelTask[] {
    const { files, preprocessing } = makeBenchModels(NETWORK, [...new Set(candidates.map(formOf))]);
    for (const [form, bytes] of files) this.#server.replaced.set(`bench-models/${form}`, bytes);
    return candidates.map((candidate) => {
      return { candidate, model: `${this.#url}bench-models/${formOf(candidate)}`, preprocessing };
    });
  }

  async #measureDownload(): Promise<void> {
    const library = await embedderFiles();
    for (const { name, bytes, gzipped } of library) say(`${name}: ${bytes} bytes, gzipped ${gzipped}`);
    this.#findings.details.library = library;
    for (const path of ['wasm', 'webgpu'] as const) {
      const target = { ...DOWNLOAD_TARGET, title: `${DOWNLOAD_TARGET.title}, ${path}` };
      this.#findings.targets.push(sizeResult(target, gzippedSize(fetchedBy(path, library))));
    }
  }

  async #measureHeld(): Promise<void> {
    const candidates = (['wasm', 'webgpu'] as const).map((backend) => ({ engine: 'hwgq-web', backend }) as const);
    for (const task of this.#firstLabelTasks(candidates)) {
      const { backend } = task.candidate;
      const memory = await measureMemory(this.#browser, this.#url, task);
      const { heap, wasm, gpu } = memory;
      say(`memory on ${backend}: worker heap ${megabytes(heap)}, WASM ${megabytes(wasm)}, GPU ${megabytes(gpu)}`);
      this.#findings.details[`memory on ${backend}`] = memory;
      const target = { ...MEMORY_TARGET, title: `${MEMORY_TARGET.title}, ${backend}` };
      this.#findings.targets.push(sizeResult(target, heap + wasm + gpu));
    }
  }
}

function targetLine({ title, measured, ofBest, required, goal, unit, isMet }: TargetResult): string {
  const figure = (value: number) => {
    if (unit === '×') return `${value.toFixed(2)}×`;
    if (unit === 'share') return `${(100 * value).toFixed(0)}%`;
    return value < 1e6 ? `${(value / 1000).toFixed(1)} KB` : megabytes(value);
  };
  const seen = measured === undefined ? 'not measured' : figure(measured);
  const best = ofBest === undefined ? '' : `; of the best times ${figure(ofBest)}`;
  return `${isMet ? 'reached' : 'MISSED '} ${seen.padStart(12)}  (target ${figure(required)}, goal ${figure(goal)}${best})  ${title}`;
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
