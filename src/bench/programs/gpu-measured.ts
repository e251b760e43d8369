import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { KernelChoice } from '../../backends/webgpu/variant-names.ts';
import { type AutotunedModel, autotuneModel } from '../../engine/autotune-model.ts';
import type { StepProfile } from '../../engine/runner.ts';
import { createSession } from '../../engine/session.ts';
import { elementCount } from '../../graph/shapes.ts';
import type { Model } from '../../model/model.ts';
import { nodeGpu } from '../../node/webgpu.ts';
import { seededModel } from '../../tools/networks/seeded-model.ts';
import { toCount } from '../../tools/number-arguments.ts';
import { summarize } from '../statistics.ts';

const NETWORKS = ['resnet18', 'resnet50'];
const BATCHES = [1, 16];
const WARM_UP_RUNS = 3;

interface Measured {
  /** Milliseconds to upload weights and compile the kernels. */
  readonly readyMilliseconds: number;
  /** Median milliseconds of a run by batch size. */
  readonly batches: Readonly<Record<number, number>>;
  readonly steps: readonly StepProfile[] | undefined;
}

interface Options {
  readonly networks: readonly string[];
  readonly runs: number;
  readonly json?: string;
}

const options = new Command('gpu-measured')
  .description('Measure networks on the GPU of this machine, with default kernels and with autotuned ones')
  .option('--networks <names...>', 'networks to measure', NETWORKS)
  .option('--runs <n>', 'timed runs per batch size', toCount, 50)
  .option('--json <file>', 'write all measurements as JSON')
  .parse()
  .opts<Options>();

const gpu = await nodeGpu();
const results: Record<string, unknown> = {};
for (const network of options.networks) {
  const model = seededModel(network, 1);
  const usual = await measure(model, {});
  const tuned = await autotuneModel(model, { gpu });
  const best = await measure(model, tuned.choice);
  print(reportOf(network, usual, tuned, best));
  results[network] = { adapter: tuned.adapter, default: usual, autotune: tuned, autotuned: best };
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
// Dawn keeps the process alive.
process.exit(0);

async function measure(model: Model, kernelChoice: KernelChoice): Promise<Measured> {
  const start = performance.now();
  const session = await createSession(model, { backend: 'webgpu', gpu, kernelChoice });
  const readyMilliseconds = performance.now() - start;
  const length = elementCount(model.graph.input.shape);
  const batches: Record<number, number> = {};
  for (const batch of BATCHES) {
    const input = Int16Array.from({ length: batch * length }, () => Math.floor(256 * Math.random()) - 128);
    for (let run = 0; run < WARM_UP_RUNS; run++) await session.run(input, batch);
    const times: number[] = [];
    while (times.length < options.runs) times.push((await session.run(input, batch)).milliseconds);
    batches[batch] = summarize(times).median;
  }
  const steps = await session.profile(new Int16Array(length), 1, options.runs);
  session.dispose();
  return { readyMilliseconds, batches, steps };
}

function reportOf(
  network: string,
  usual: Measured,
  { adapter, choice, timings }: AutotunedModel,
  best: Measured,
): string {
  const name = [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' ');
  const line = (kernels: string, { readyMilliseconds, batches }: Measured) => {
    const times = Object.entries(batches).map(([batch, time]) => `batch ${batch}: ${time.toFixed(2)} ms`);
    return `${kernels} kernels: ${times.join(', ')}; ready in ${readyMilliseconds.toFixed(0)} ms`;
  };
  const shapes = Object.entries(choice).map(([shape, fastest]) => {
    const times = timings.filter((timing) => timing.shape === shape && timing.milliseconds !== undefined);
    const all = times.map(({ variant, milliseconds = 0 }) => `${variant} ${milliseconds.toFixed(3)}`);
    return `| ${shape} | ${fastest} | ${all.join(', ')} |`;
  });
  const software = adapter.isFallbackAdapter ? ' (a software adapter: its times say nothing about GPUs)' : '';
  return [
    `${network} on ${name}${software}`,
    line('default', usual),
    line('autotuned', best),
    '',
    '| shape | fastest | milliseconds of each variant |',
    '|---|---|---|',
    ...shapes,
    '',
  ].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
