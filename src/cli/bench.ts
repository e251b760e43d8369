import { type Command, InvalidArgumentError, Option } from 'commander';
import { measureGpuPeaks } from '../bench/gpu-peaks.ts';
import type { Peaks } from '../bench/peaks.ts';
import { rooflinePlace } from '../bench/roofline.ts';
import { type Summary, summarize } from '../bench/statistics.ts';
import { measureWasmPeaks } from '../bench/wasm-peaks.ts';
import type { BackendName, SimdLevel, StepProfile } from '../engine/runner.ts';
import { createSession, type Session } from '../engine/session.ts';
import { HwgqError } from '../errors.ts';
import { elementCount } from '../graph/shapes.ts';
import { readModel } from '../node/read-model.ts';
import { nodeGpu } from '../node/webgpu.ts';
import { toCount } from '../tools/number-arguments.ts';
import { backendOption } from './arguments.ts';
import { print } from './messages.ts';
import { progressBar } from './progress.ts';
import { expectNewFiles, writeAtomically } from './write-file.ts';

interface BenchOptions {
  readonly backend: BackendName | 'auto';
  readonly simd?: SimdLevel;
  readonly threads?: number;
  readonly runs: number;
  readonly batches: readonly number[];
  readonly layers?: boolean;
  readonly json?: string;
}

interface BatchResult {
  readonly batch: number;
  /** Milliseconds per run of `batch` images. */
  readonly latency: Summary;
  readonly imagesPerSecond: number;
}

const WARM_UP_RUNS = 3;

/** Adds `hwgq bench`, which measures how fast a model runs in Node. */
export function addBench(program: Command): void {
  program
    .command('bench')
    .description('Measure how fast a model runs in Node. To measure in a browser, use the benchmark page.')
    .argument('<model>', 'a .hwgq file')
    .addOption(backendOption())
    .addOption(
      new Option('--simd <level>', 'WebAssembly SIMD level (default: the fastest supported)').choices([
        'plain',
        'relaxed',
      ]),
    )
    .option('--threads <n>', 'WebAssembly threads; Node supports 1', toCount)
    .option('--runs <n>', 'timed runs per batch size', toCount, 50)
    .addOption(new Option('--batches <list>', 'batch sizes, separated by commas').argParser(toCounts).default([1], '1'))
    .option('--layers', 'also time each layer')
    .option('--json <file>', 'write all measurements as JSON')
    .action(bench);
}

/** Parses a list of positive integers. @throws InvalidArgumentError if the text is anything else. */
function toCounts(text: string): readonly number[] {
  const counts = text.split(',').map(Number);
  if (counts.every((count) => Number.isInteger(count) && count > 0)) return counts;
  throw new InvalidArgumentError('Pass positive integers, separated by commas.');
}

/** @throws HwgqError `invalid-option` if `--simd` or `--threads` is given for a backend other than WebAssembly. */
function checkWasmOptions({ backend, simd, threads }: BenchOptions): void {
  if (backend === 'wasm' || backend === 'auto') return;
  const given = [simd && `--simd ${simd}`, threads && `--threads ${threads}`].filter(Boolean);
  if (given.length === 0) return;
  throw new HwgqError(
    'invalid-option',
    `${given.join(' and ')} can only be used with --backend wasm, and --backend is ${backend}.`,
  );
}

async function bench(path: string, options: BenchOptions): Promise<void> {
  checkWasmOptions(options);
  const { backend, simd, threads, runs } = options;
  await expectNewFiles([options.json], [path]);
  const { model } = await readModel(path);
  const gpu = backend === 'webgpu' ? await nodeGpu() : undefined;
  const start = performance.now();
  const session = await createSession(model, { backend, simd, threads, gpu });
  const readyMilliseconds = performance.now() - start;
  try {
    const length = elementCount(model.graph.input.shape);
    const batches = await timeBatches(session, length, options.batches, runs);
    const steps = options.layers ? await session.profile(noise(length), 1, runs) : undefined;
    const { name, simd: level, threads: count } = session.backend;
    const peaks = steps && (await measurePeaks(session, gpu));
    const machine = [name, level && `${level} SIMD`, count && `${count} ${count === 1 ? 'thread' : 'threads'}`];
    const lines = [
      `${model.graph.name} on ${machine.filter(Boolean).join(', ')}; ready in ${readyMilliseconds.toFixed(0)} ms`,
      ...batches.map(
        ({ batch, latency, imagesPerSecond }) =>
          `batch ${batch}: ${latency.median.toFixed(2)} ms (p5–p95 ${latency.p5.toFixed(2)}–${latency.p95.toFixed(2)}), ` +
          `${imagesPerSecond.toFixed(1)} images/s`,
      ),
      ...(steps ? layerLines(steps, peaks) : options.layers ? ['This backend cannot time single layers.'] : []),
    ];
    print(`${lines.join('\n')}\n`);
    if (options.json !== undefined) {
      const measurements = {
        network: model.graph.name,
        backend: session.backend,
        readyMilliseconds,
        batches,
        steps,
        peaks,
      };
      await writeAtomically(options.json, (file) => file.writeFile(`${JSON.stringify(measurements, null, 2)}\n`));
    }
  } finally {
    session.dispose();
  }
}

async function measurePeaks({ backend }: Session, gpu: GPU | undefined): Promise<Peaks | undefined> {
  if (backend.simd) return measureWasmPeaks(backend.simd, backend.threads ?? 1);
  return gpu && measureGpuPeaks(gpu);
}

async function timeBatches(
  session: Session,
  length: number,
  batches: readonly number[],
  runs: number,
): Promise<readonly BatchResult[]> {
  const bar = progressBar(batches.length * runs, 'runs');
  const results: BatchResult[] = [];
  for (const [index, batch] of batches.entries()) {
    const input = noise(batch * length);
    for (let run = 0; run < WARM_UP_RUNS; run++) await session.run(input, batch);
    const times: number[] = [];
    while (times.length < runs) {
      times.push((await session.run(input, batch)).milliseconds);
      bar.update(index * runs + times.length);
    }
    const latency = summarize(times);
    results.push({ batch, latency, imagesPerSecond: (1000 * batch) / latency.median });
  }
  bar.clear();
  return results;
}

/** Returns deterministic noise in the range of preprocessed pixels. */
function noise(length: number): Int16Array {
  return Int16Array.from({ length }, (_, index) => ((index * 7919) % 256) - 128);
}

function layerLines(steps: readonly StepProfile[], peaks: Peaks | undefined): string[] {
  const total = steps.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const width = Math.max(...steps.map(({ layer }) => layer.length), 'total'.length);
  const rows = steps.map((step) => {
    const { rate, ofPeak } = peaks
      ? rooflinePlace(step, peaks)
      : { rate: (1000 * step.multiplyAdds) / step.milliseconds, ofPeak: undefined };
    const share = `${((100 * step.milliseconds) / total).toFixed(1)}%`.padStart(6);
    const speed = step.multiplyAdds > 0 ? `${(rate / 1e9).toFixed(0)} GMAC/s`.padStart(11) : ''.padStart(11);
    const peak = ofPeak === undefined ? '' : `${(100 * ofPeak).toFixed(0)}% of peak`;
    return `${step.layer.padEnd(width)} ${step.milliseconds.toFixed(3).padStart(8)} ms ${share} ${speed}  ${peak}`.trimEnd();
  });
  return [...rows, `${'total'.padEnd(width)} ${total.toFixed(3).padStart(8)} ms`];
}
