import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import type { Browser } from 'playwright-core';
import { embedderFiles, fetchedBy, gzippedSize } from '../../../build/plugins/downloads.ts';
import { HwgqError, messageOf } from '../../errors.ts';
import { toCount } from '../../tools/number-arguments.ts';
import { makeBenchModels } from '../bench-models.ts';
import type { BenchmarkSettings } from '../benchmark.ts';
import { formOf, nameOf } from '../candidate.ts';
import { type DotProduct, dotProductText } from '../dot-product.ts';
import type { EndToEndResult } from '../end-to-end/end-to-end-race.ts';
import { MEDIAPIPE, pictureCandidates } from '../end-to-end/picture-candidate.ts';
import { PICTURE_KINDS, PICTURE_NAMES } from '../end-to-end/picture-kinds.ts';
import { type FirstLabelCandidate, type FirstLabelTask, firstLabelAddress, floorAddress } from '../first-labels.ts';
import { FLOAT_MULTIPLY_ADDS, FLOAT_NETWORK } from '../float-network.ts';
import type { BenchmarkReport } from '../report.ts';
import {
  AUTO_TARGET,
  candidatesOf,
  DOWNLOAD_TARGET,
  evaluationResult,
  FLOAT_TARGETS,
  GPU_TARGETS,
  MEMORY_TARGET,
  OTHER_GPU_CANDIDATES,
  OTHER_WASM_CANDIDATES,
  OWN_WASM,
  PEAK_TARGET,
  PICTURE_PART_TARGETS,
  PICTURE_TARGETS,
  picturePartResult,
  pictureResults,
  ratioResult,
  START_TARGETS,
  shareResult,
  sizeResult,
  speedResult,
  type TargetResult,
  WASM_TARGETS,
} from '../targets.ts';
import { measureEvaluation } from './evaluation.ts';
import { timeFirstLabels } from './first-label.ts';
import { measureMemory } from './memory.ts';
import { CAMERA_FLAGS, startChromium, startChromiumOnHardware, WEBGL_FLAGS } from './support/chromium.ts';
import { AS_HARDWARE } from './support/live-bytes.ts';
import { SITE, serveSite } from './support/site-server.ts';
import { ISOLATED, type WebServer } from './support/web-server.ts';
import { TABLE_CANDIDATES, TABLE_GPU_CANDIDATES, TABLE_NETWORKS, tablePictures, writeTable } from './table.ts';

const NETWORK = 'resnet18';
const TARGET_KINDS = ['e2e', 'wasm', 'float', 'webgpu', 'start', 'auto', 'download', 'memory', 'evaluate'] as const;
type TargetKind = (typeof TARGET_KINDS)[number];
/** Default number of turns of each engine. */
const ROUNDS = 12;
/** The same on a software adapter. */
const SOFTWARE_GPU_ROUNDS = 3;
/** Default number of runs of each page. */
const START_ROUNDS = 9;
/** Default number of turns of each engine for each kind of picture. */
const PICTURE_ROUNDS = 5;
/** A network of digits, whose pictures are preprocessed in JavaScript, and the pictures it is measured with. */
const DIGIT_NETWORK = 'lenet';
const DIGIT_PICTURES = ['canvas-vga', 'canvas-720p', 'camera-720p'] as const;
/** Default number of turns of each version of the command. */
const EVALUATION_ROUNDS = 5;
/** Batch sizes for throughput. */
const BATCHES = [1, 4, 16];

interface Options {
  readonly targets: readonly TargetKind[];
  readonly rounds?: number;
  readonly layers?: boolean;
  readonly tune?: boolean;
  readonly gpu?: boolean;
  readonly table?: boolean;
  readonly baseline?: string;
  readonly json?: string;
}

/** All measurements, written as JSON with `--json`. */
interface Measurements {
  readonly machine: string;
  readonly targets: TargetResult[];
  readonly reports: BenchmarkReport[];
  readonly details: Record<string, unknown>;
  /** Messages of failed measurements. */
  readonly failures: string[];
}

const options = new Command('bench')
  .description('Measure the performance targets in Chromium. All engines take turns.')
  .addOption(
    new Option('--targets <kinds...>', 'targets to measure').choices(TARGET_KINDS).default([...TARGET_KINDS], 'all'),
  )
  .option('--rounds <number>', 'turns of each engine (default: 12; with --table 4 for large networks)', toCount)
  .option('--layers', 'also measure throughput by batch size and the time of each layer; see --json')
  .option('--tune', 'autotune the WebGPU kernels first; all times are written with --json')
  .option('--gpu', 'use a hardware GPU and its targets instead of the software adapter')
  .option('--table', 'measure all networks and write the table in docs/performance.md, instead of targets')
  .option('--baseline <folder>', 'a built checkout of another version, for the target evaluate to compare with')
  .option('--json <file>', 'write all measurements as JSON')
  .addHelpText(
    'after',
    '\nExit codes: 0 all measurements completed, even if targets are missed; 1 a measurement failed.',
  )
  .parse()
  .opts<Options>();

async function measure(): Promise<Measurements> {
  const server = await serveSite(ISOLATED);
  try {
    const browser = await (options.gpu
      ? startChromiumOnHardware(...CAMERA_FLAGS)
      : startChromium(...CAMERA_FLAGS, ...WEBGL_FLAGS));
    try {
      const dotProduct = dotProductText(await dotProductIn(browser, server.url));
      const machine = `${cpus().length} × ${cpus()[0]?.model} (${dotProduct}), Chromium ${browser.version()}`;
      const measurements: Measurements = { machine, targets: [], reports: [], details: {}, failures: [] };
      const program = new BenchProgram(browser, server, measurements);
      if (options.gpu) measurements.details.gpu = await program.hardwareGpu();
      print(`${machine}; ${options.table ? 'all networks' : NETWORK}, batch 1`);
      if (options.table) await program.measureTable();
      else await program.measureTargets(options.targets);
      for (const target of measurements.targets) print(targetLine(target));
      if (options.json) writeFileSync(options.json, `${JSON.stringify(measurements, null, 2)}\n`);
      return measurements;
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
  }
}

/** Returns how Chromium computes dot products of bytes on this machine. Speedups over int8 engines depend on it. */
async function dotProductIn(browser: Browser, url: string): Promise<DotProduct | undefined> {
  const page = await browser.newPage();
  try {
    await page.goto(`${url}benchmark.html`);
    return (await page.evaluate(() => window.hwgqBenchmark.describeMachine())).dotProduct;
  } finally {
    await page.close();
  }
}

class BenchProgram {
  readonly #browser: Browser;
  readonly #server: WebServer;
  readonly #measurements: Measurements;

  constructor(browser: Browser, server: WebServer, measurements: Measurements) {
    this.#browser = browser;
    this.#server = server;
    this.#measurements = measurements;
  }

  get #url(): string {
    return this.#server.url;
  }

  /**
   * Returns the name of the hardware GPU.
   * @throws HwgqError `no-webgpu` if Chromium has no adapter or only a software adapter.
   */
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
        `Chromium has ${found ? `only the software adapter ${found.name}` : 'no WebGPU adapter'}, and --gpu needs a ` +
          'hardware GPU. See chrome://gpu for the reason, or leave --gpu out.',
      );
    } finally {
      await page.close();
    }
  }

  /** Measures targets. A failure is recorded, and the other kinds are still measured. */
  async measureTargets(kinds: readonly TargetKind[]): Promise<void> {
    const measurements: Readonly<Record<TargetKind, () => Promise<void>>> = {
      e2e: () => this.#measureEndToEnd(),
      wasm: () => this.#measureWasm(),
      float: () => this.#measureFloatConvolutions(),
      webgpu: () => this.#measureWebGpu(),
      start: () => this.#measureStart(),
      auto: () => this.#measureAuto(),
      download: () => this.#measureDownload(),
      memory: () => this.#measureMemory(),
      evaluate: () => this.#measureEvaluation(),
    };
    for (const kind of kinds) {
      try {
        await measurements[kind]();
      } catch (error) {
        this.#measurements.failures.push(`${kind}: ${messageOf(error)}`);
      }
    }
  }

  async #measureEndToEnd(): Promise<void> {
    const candidates = [...pictureCandidates(candidatesOf(PICTURE_TARGETS)), MEDIAPIPE];
    const pictures = { candidates, kinds: PICTURE_NAMES, rounds: options.rounds ?? PICTURE_ROUNDS };
    const { endToEnd } = await this.#runInPage(NETWORK, [], { pictures });
    printPictures('', endToEnd);
    const digits = await this.#runInPage(DIGIT_NETWORK, [], {
      pictures: { ...pictures, candidates: [OWN_WASM], kinds: DIGIT_PICTURES },
    });
    printPictures('digits, ', digits.endToEnd);
    this.#measurements.targets.push(
      ...PICTURE_TARGETS.flatMap((target) => pictureResults(target, endToEnd)),
      ...PICTURE_PART_TARGETS.map((target) => picturePartResult(target, endToEnd)),
    );
  }

  async #measureWasm(): Promise<void> {
    const { results } = await this.#measureRace([...candidatesOf(WASM_TARGETS), ...OTHER_WASM_CANDIDATES], ROUNDS);
    this.#measurements.targets.push(...WASM_TARGETS.map((target) => speedResult(target, results)));
  }

  /** Measures ordinary 3×3 convolutions, which this engine runs for layers without 1-bit weights. */
  async #measureFloatConvolutions(): Promise<void> {
    const { results } = await this.#measureRace(candidatesOf(FLOAT_TARGETS), ROUNDS, FLOAT_NETWORK);
    for (const { name, latency } of results) {
      if (latency) print(`${name}: ${((2 * FLOAT_MULTIPLY_ADDS) / latency.median / 1e6).toFixed(1)} GFLOP/s`);
    }
    const prefix = '3×3 float32 convolutions: ';
    this.#measurements.targets.push(...FLOAT_TARGETS.map((target) => speedResult(target, results, prefix)));
  }

  async #measureWebGpu(): Promise<void> {
    const { results, profiles } = await this.#measureRace(
      [...candidatesOf(GPU_TARGETS), ...OTHER_GPU_CANDIDATES],
      options.gpu ? ROUNDS : SOFTWARE_GPU_ROUNDS,
    );
    // Kernels are made for GPUs, so the speed of a software adapter has no target.
    if (!options.gpu) return;
    this.#measurements.targets.push(...GPU_TARGETS.map((target) => speedResult(target, results)));
    this.#measurements.targets.push(shareResult(PEAK_TARGET, profiles));
  }

  async measureTable(): Promise<void> {
    const { machine, failures } = this.#measurements;
    const rows: BenchmarkReport[] = [];
    for (const { name, rounds, gpuRounds } of TABLE_NETWORKS) {
      const start = performance.now();
      const maxRounds = options.rounds ?? rounds;
      try {
        const report = await this.#runInPage(name, TABLE_CANDIDATES, {
          rounds: maxRounds,
          pictures: tablePictures(Math.min(maxRounds, PICTURE_ROUNDS)),
        });
        const { results } = await this.#runInPage(name, TABLE_GPU_CANDIDATES, {
          rounds: Math.min(maxRounds, gpuRounds),
        });
        rows.push({ ...report, results: [...report.results, ...results] });
      } catch (error) {
        failures.push(`no table row for ${name}: ${messageOf(error)}`);
        continue;
      }
      print(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
      writeTable(machine, rows);
    }
  }

  /** Runs a race, by default on the network of the targets, and prints the latencies. */
  async #measureRace(
    candidates: BenchmarkSettings['candidates'],
    maxRounds: number,
    network: string = NETWORK,
  ): Promise<BenchmarkReport> {
    const report = await this.#runInPage(network, candidates, {
      rounds: Math.min(maxRounds, options.rounds ?? maxRounds),
    });
    for (const { name, latency, started } of report.results) {
      if (!latency) continue;
      const { median, best, p5, p95, count } = latency;
      const spread = `p5–p95 ${p5.toFixed(1)}–${p95.toFixed(1)}, best ${best.toFixed(1)}, ${count} runs`;
      print(`${name}: ${median.toFixed(1)} ms (${spread}; ready in ${started?.startMilliseconds.toFixed(0)} ms)`);
    }
    return report;
  }

  /** Runs a benchmark in a new page. The targets of a hardware GPU need layer times. */
  async #runInPage(
    network: string,
    candidates: BenchmarkSettings['candidates'],
    turns: Partial<Pick<BenchmarkSettings, 'rounds' | 'pictures'>>,
  ): Promise<BenchmarkReport> {
    const [browser, url, measurements] = [this.#browser, this.#url, this.#measurements];
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      page.on('pageerror', ({ message }) => measurements.failures.push(`page: ${message}`));
      await page.exposeFunction('reportProgress', (done: number, doing: string) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${Math.round(done * 100)}% ${doing}\x1b[K`);
      });
      await page.goto(`${url}benchmark.html`);
      const batches = options.layers ? BATCHES : options.gpu && !options.table ? [1] : [];
      const tuning = options.tune ?? false;
      const none = { rounds: 0, firstLabels: false };
      const settings: BenchmarkSettings = { ...none, network, candidates, batches, tuning, ...turns };
      const report = await page.evaluate((settings) => {
        const { reportProgress } = window as unknown as { reportProgress: (done: number, doing: string) => void };
        return window.hwgqBenchmark.run(settings, reportProgress);
      }, settings);
      measurements.reports.push(report);
      const failed = new Map(
        [...report.endToEnd, ...report.results, ...report.profiles].map(({ name, failure }) => [name, failure]),
      );
      for (const [name, failure] of failed) {
        if (failure !== undefined) measurements.failures.push(`${name} on ${network}: ${failure}`);
      }
      if (report.tuningFailure !== undefined)
        measurements.failures.push(`kernels on ${network}: ${report.tuningFailure}`);
      return report;
    } finally {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      await context.close();
    }
  }

  async #measureStart(): Promise<void> {
    const candidates = new Map<string, FirstLabelCandidate>();
    for (const { own, peer } of START_TARGETS)
      for (const candidate of [own, peer]) candidates.set(nameOf(candidate), candidate);
    const tasks = this.#firstLabelTasks([...candidates.values()]);
    const pages = [floorAddress, ...tasks.map((task) => (siteUrl: string) => firstLabelAddress(siteUrl, task))];
    const rounds = Math.min(START_ROUNDS, options.rounds ?? START_ROUNDS);
    const [floor = Number.NaN, ...times] = await timeFirstLabels(this.#browser, this.#url, pages, rounds);
    print(`navigation to the answer of a worker that does nothing (floor): ${floor.toFixed(0)} ms`);
    const timeOf = new Map([...candidates.keys()].map((name, index) => [name, times[index] ?? Number.NaN]));
    for (const [name, time] of timeOf) {
      print(`navigation to first label: ${name}: ${time.toFixed(0)} ms, ${(time - floor).toFixed(0)} above the floor`);
    }
    this.#measurements.details.firstLabels = { floor, ...Object.fromEntries(timeOf) };
    for (const target of START_TARGETS) {
      const [own, peer] = [target.own, target.peer].map((candidate) => timeOf.get(nameOf(candidate)) ?? Number.NaN);
      const below = target.isAboveFloor ? floor : 0;
      const title = `first label${target.isAboveFloor ? ' above the floor' : ''}: `;
      this.#measurements.targets.push(ratioResult(target, (own as number) - below, (peer as number) - below, title));
    }
  }

  /** Makes the software adapter pass for a GPU in the workers, and compares `auto` with WebAssembly. */
  async #measureAuto(): Promise<void> {
    const { own, peer } = AUTO_TARGET;
    // The GPU may still compile after a page has been closed, so an idle page follows each.
    const pages = this.#firstLabelTasks([own, peer]).flatMap((task) => [
      (siteUrl: string) => firstLabelAddress(siteUrl, task),
      floorAddress,
    ]);
    const workers = readdirSync(`${SITE}/assets`).filter((name) => /^worker-.*\.js$/.test(name));
    for (const name of workers) {
      const file = `assets/${name}`;
      this.#server.replaced.set(file, AS_HARDWARE + readFileSync(`${SITE}/${file}`, 'utf8'));
    }
    try {
      const rounds = Math.min(START_ROUNDS, options.rounds ?? START_ROUNDS);
      const [auto = Number.NaN, , wasm = Number.NaN] = await timeFirstLabels(this.#browser, this.#url, pages, rounds);
      print(`navigation to first label with a GPU: auto ${auto.toFixed(0)} ms, WebAssembly ${wasm.toFixed(0)} ms`);
      this.#measurements.details.autoFirstLabels = { auto, wasm };
      this.#measurements.targets.push(ratioResult(AUTO_TARGET, auto, wasm, 'first label with a GPU: '));
    } finally {
      for (const name of workers) this.#server.replaced.delete(`assets/${name}`);
    }
  }

  /** Puts models on the server for pages that classify one picture each. */
  #firstLabelTasks(candidates: readonly FirstLabelCandidate[]): readonly FirstLabelTask[] {
    const { files, preprocessing } = makeBenchModels(NETWORK, [...new Set(candidates.map(formOf))]);
    for (const [form, bytes] of files) this.#server.replaced.set(`bench-models/${form}`, bytes);
    return candidates.map((candidate) => {
      return { candidate, model: `bench-models/${formOf(candidate)}`, preprocessing };
    });
  }

  async #measureDownload(): Promise<void> {
    const library = await embedderFiles();
    for (const { name, bytes, gzipped } of library) print(`${name}: ${bytes} bytes, gzipped ${gzipped}`);
    this.#measurements.details.library = library;
    for (const path of ['wasm', 'webgpu'] as const) {
      const target = { ...DOWNLOAD_TARGET, title: `${DOWNLOAD_TARGET.title}, ${path}` };
      this.#measurements.targets.push(sizeResult(target, gzippedSize(fetchedBy(path, library))));
    }
  }

  async #measureMemory(): Promise<void> {
    const candidates = (['wasm', 'webgpu'] as const).map((backend) => ({ engine: 'hwgq-web', backend }) as const);
    for (const task of this.#firstLabelTasks(candidates)) {
      const { backend } = task.candidate;
      const memory = await measureMemory(this.#browser, this.#url, task);
      const { heap, wasm, gpu } = memory;
      print(`memory on ${backend}: worker heap ${megabytes(heap)}, WASM ${megabytes(wasm)}, GPU ${megabytes(gpu)}`);
      this.#measurements.details[`memory on ${backend}`] = memory;
      const target = { ...MEMORY_TARGET, title: `${MEMORY_TARGET.title}, ${backend}` };
      this.#measurements.targets.push(sizeResult(target, heap + wasm + gpu));
    }
  }

  async #measureEvaluation(): Promise<void> {
    const { baseline, rounds = EVALUATION_ROUNDS } = options;
    const speed = await measureEvaluation({ network: NETWORK, baseline, rounds: Math.min(EVALUATION_ROUNDS, rounds) });
    this.#measurements.details.evaluation = speed;
    const { allThreads, oneThread, decoding, mozjpegDecoding } = speed;
    print(
      `hwgq evaluate in Node ${process.version} on JPEGs of 500×375: ${allThreads.toFixed(1)} pictures/s with a thread ` +
        `per core, ${oneThread.toFixed(1)} with one thread` +
        (speed.baseline === undefined ? '' : `; ${speed.baseline.toFixed(1)} by the baseline`),
    );
    print(`decoding a JPEG: ${decoding.toFixed(2)} ms, and ${mozjpegDecoding.toFixed(2)} ms by mozjpeg`);
    if (speed.baseline !== undefined) {
      this.#measurements.targets.push(evaluationResult(allThreads, speed.baseline));
    }
  }
}

function printPictures(prefix: string, endToEnd: readonly EndToEndResult[]): void {
  for (const picture of PICTURE_NAMES) {
    const results = endToEnd.filter((result) => result.picture === picture && result.time);
    if (results.length > 0) print(`${prefix}${PICTURE_KINDS[picture].title}, to a label:`);
    for (const result of results) print(`  ${endToEndLine(result)}`);
  }
}

function endToEndLine({ name, time, parts }: EndToEndResult): string {
  const { median = 0, best = 0, p5 = 0, p95 = 0, count = 0 } = time ?? {};
  const spread = `p5–p95 ${p5.toFixed(1)}–${p95.toFixed(1)}, best ${best.toFixed(1)}, ${count} pictures`;
  const own = parts ? `; network ${parts.network.toFixed(1)}, preprocessing ${parts.preprocess.toFixed(1)}` : '';
  return `${name}: ${median.toFixed(1)} ms (${spread}${own})`;
}

function targetLine({ title, measured, bestRatio, required, goal, unit, isMet }: TargetResult): string {
  const format = (value: number) => {
    if (unit === '×') return `${value.toFixed(2)}×`;
    if (unit === 'ms') return `${value.toFixed(2)} ms`;
    if (unit === 'share') return `${(100 * value).toFixed(0)}%`;
    return value < 1e6 ? `${(value / 1000).toFixed(1)} KB` : megabytes(value);
  };
  const value = measured === undefined ? 'not measured' : format(measured);
  const best = bestRatio === undefined ? '' : `; best times ${format(bestRatio)}`;
  return `${isMet ? 'met   ' : 'MISSED'} ${value.padStart(12)}  (target ${format(required)}, goal ${format(goal)}${best})  ${title}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  const { failures } = await measure();
  // A log of the browser may follow the first line.
  for (const failure of failures) process.stderr.write(`failed: ${failure.split('\n')[0]}\n`);
  if (failures.length > 0) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
