import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { amdReport } from './amd-report.ts';
import type { CompiledKernel, CompiledKernels, Work } from './compiled.ts';
import { type GpuName, STATIC_GPUS } from './gpus.ts';
import { groupBy } from './group-by.ts';
import { intelReport } from './intel-report.ts';
import { instructionsPerThread, type PipelineReport } from './machine-code.ts';

/** A kernel with what the driver reports about it. */
export interface KernelReport extends CompiledKernel {
  readonly pipeline?: PipelineReport;
  /** Vector instructions of all threads for one image. Undefined if loops of source and machine code differ. */
  readonly instructions?: number | undefined;
  /** The least vector instructions for one image. */
  readonly least: number;
}

export interface GpuReport {
  readonly gpu: GpuName;
  readonly driver: string;
  readonly kernels: readonly KernelReport[];
}

/** Reads the reports of all pipelines that a process compiled into a folder. */
export function gpuReport(gpu: GpuName, folder: string): GpuReport {
  const compiled: CompiledKernels = JSON.parse(readFileSync(join(folder, 'kernels.json'), 'utf8'));
  const { vendor } = STATIC_GPUS[gpu];
  const pipelines = new Map<string, PipelineReport>();
  const pipelineOf = (file: string): PipelineReport => {
    const text = () => readFileSync(join(folder, file), 'utf8');
    const pipeline = pipelines.get(file) ?? (vendor === 'amd' ? amdReport(text()) : intelReport(text()));
    pipelines.set(file, pipeline);
    return pipeline;
  };
  const kernels = compiled.kernels.map((kernel): KernelReport => {
    const least = kernel.work ? leastInstructions(kernel.work, vendor) : 0;
    if (kernel.file === undefined) return { ...kernel, least };
    const pipeline = pipelineOf(kernel.file);
    if (!kernel.work) return { ...kernel, pipeline, least };
    const perThread = instructionsPerThread(pipeline.code, kernel.loops);
    return { ...kernel, pipeline, least, instructions: perThread && perThread * kernel.threads };
  });
  return { gpu, driver: compiled.driver, kernels };
}

/**
 * Returns the least vector instructions: `and` and a bit count for each word, where Intel needs an addition and AMD's bit
 * count adds; a multiply-add for each product.
 */
function leastInstructions({ words, products }: Work, vendor: 'amd' | 'intel'): number {
  return (vendor === 'amd' ? 2 : 3) * words + products;
}

/** Figures of the default choice of a network. */
export interface NetworkFigures {
  readonly network: string;
  readonly hasConvolutions: boolean;
  /** Vector instructions over the least. NaN if they cannot be counted. */
  readonly ratio: number;
  /** The same for the first convolution. */
  readonly firstLayerRatio: number;
  readonly spills: number;
  /** The fewest waves of a SIMD among kernels with more than 5% of the work. Absent on Intel. */
  readonly fewestWaves?: number;
  /** Processor milliseconds to compile all pipelines, and the slowest one. */
  readonly compileMilliseconds: number;
  readonly slowestMilliseconds: number;
}

/** The share of work above which a kernel's occupancy counts. */
const MUCH_WORK = 0.05;

/** Returns the figures of each network. */
export function networkFigures({ kernels }: GpuReport): readonly NetworkFigures[] {
  const usual = kernels.filter(({ isDefault }) => isDefault);
  return groupBy(usual, ({ network }) => network).map(figuresOf);
}

function figuresOf(kernels: readonly KernelReport[]): NetworkFigures {
  const { network } = kernels[0] as KernelReport;
  const convolutions = kernels.filter(({ work }) => work);
  const ratioOf = (some: readonly KernelReport[]) =>
    sum(some, ({ instructions }) => instructions ?? Number.NaN) / sum(some, ({ least }) => least);
  const work = sum(convolutions, ({ instructions = 0 }) => instructions);
  const waves = convolutions
    .filter(({ instructions = 0 }) => instructions > MUCH_WORK * work)
    .flatMap(({ pipeline }) => pipeline?.waves ?? []);
  const distinct = new Map(kernels.map(({ file, pipeline }) => [file, pipeline]));
  const times = [...distinct.values()].map((pipeline) => pipeline?.compileMilliseconds ?? Number.NaN);
  return {
    network,
    hasConvolutions: convolutions.length > 0,
    ratio: ratioOf(convolutions),
    firstLayerRatio: ratioOf(convolutions.slice(0, 1)),
    spills: sum([...distinct.values()], (pipeline) => pipeline?.spills ?? Number.NaN),
    ...(waves.length > 0 && { fewestWaves: Math.min(...waves) }),
    compileMilliseconds: sum(times, (time) => time),
    slowestMilliseconds: Math.max(...times),
  };
}

function sum<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}
