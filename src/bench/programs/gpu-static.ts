import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command, Option } from 'commander';
import { missedBars } from '../gpu-static/bars.ts';
import { compileKernels } from '../gpu-static/compile-kernels.ts';
import { DriverTools, missingTools } from '../gpu-static/drivers.ts';
import { GPU_NAMES, type GpuName, STATIC_GPUS } from '../gpu-static/gpus.ts';
import { type GpuReport, gpuReport } from '../gpu-static/report.ts';
import { kernelTable, networkTable } from '../gpu-static/tables.ts';

const NETWORKS = ['resnet18', 'googlenet', 'alexnet', 'lenet', 'cifarsmall'];

interface Options {
  readonly gpus: readonly GpuName[];
  readonly networks: readonly string[];
  readonly kernels?: boolean;
  readonly variants?: boolean;
  readonly bars?: boolean;
  readonly keep?: string;
  /** Set in the processes that this program starts. */
  readonly compile?: string;
}

const options = new Command('gpu-static')
  .description("Compile the WebGPU kernels with Mesa's compilers for AMD and Intel GPUs that are not present")
  .addOption(new Option('--gpus <names...>', 'GPUs to compile for').choices(GPU_NAMES).default([...GPU_NAMES], 'all'))
  .option('--networks <names...>', 'networks whose kernels to compile', NETWORKS)
  .option('--kernels', 'also print a table of the kernels of each GPU')
  .option('--variants', 'also compile the variants that are not the default; implies --kernels')
  .option('--bars', 'exit with code 1 and a list if a default kernel misses a limit')
  .option('--keep <folder>', 'keep statistics and machine code of each kernel')
  .addOption(new Option('--compile <folder>', 'compile on the device of the environment').hideHelp())
  .parse()
  .opts<Options>();

if (options.compile === undefined) await report();
else {
  const { compile: folder, networks, variants = false } = options;
  writeFileSync(join(folder, 'kernels.json'), JSON.stringify(await compileKernels({ folder, networks, variants })));
  // Dawn keeps the process alive.
  process.exit(0);
}

async function report(): Promise<void> {
  const missing = missingTools();
  if (missing !== undefined) {
    print(
      `Skipped: gpu-static needs ${missing}. Debian: apt-get install mesa-vulkan-drivers libvulkan-dev libdrm-dev gcc`,
    );
    return;
  }
  const folder = options.keep === undefined ? mkdtempSync(join(tmpdir(), 'gpu-static-')) : resolve(options.keep);
  try {
    const tools = new DriverTools(join(folder, 'tools'));
    const reports: GpuReport[] = [];
    for (const gpu of options.gpus) reports.push(await compileFor(gpu, tools, join(folder, gpu)));
    if (options.kernels || options.variants) {
      for (const gpuKernels of reports) {
        print(`\n${STATIC_GPUS[gpuKernels.gpu].name} (${gpuKernels.driver})\n\n${kernelTable(gpuKernels)}`);
      }
    }
    print(`\n${networkTable(reports)}`);
    if (options.bars) checkBars(reports);
  } finally {
    if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function compileFor(gpu: GpuName, tools: DriverTools, folder: string): Promise<GpuReport> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { networks, variants } = options;
  const args = ['--compile', folder, '--networks', ...networks, ...(variants ? ['--variants'] : [])];
  await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    env: tools.environmentOf(gpu, folder),
    maxBuffer: 2 ** 26,
  });
  return gpuReport(gpu, folder);
}

function checkBars(reports: readonly GpuReport[]): void {
  const missed = reports.flatMap((gpuKernels) =>
    missedBars(gpuKernels).map((line) => `${STATIC_GPUS[gpuKernels.gpu].name}: ${line}`),
  );
  print(missed.length === 0 ? '\nEvery limit is met.' : `\nLimits that are missed:\n${missed.join('\n')}`);
  if (missed.length > 0) process.exitCode = 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
