import type { PipelineReport } from './machine-code.ts';

/** Instructions at a quarter of the rate. */
const QUARTER_RATE = /^v_(mul_lo_[iu]32|mul_hi_[iu]32|mad_u64_u32|mad_i64_i32|rcp_|rsq_|sqrt_|exp_|log_)/;

/** Reads what AMD's driver reports about a pipeline. */
export function amdReport(text: string): PipelineReport {
  const [statistics = '', assembly = ''] = text.split('== Assembly');
  const costs: number[] = [];
  const blocks = new Map<string, number>();
  const loops: [number, number][] = [];
  for (const line of assembly.split('\n')) {
    const block = /^(BB\d+):/.exec(line)?.[1];
    if (block !== undefined) blocks.set(block, costs.length);
    if (!line.startsWith('\t')) continue;
    const instruction = line.trim();
    const target = blocks.get(/^s_c?branch\S*\s+(BB\d+)/.exec(instruction)?.[1] ?? '');
    if (target !== undefined) loops.push([target, costs.length]);
    costs.push(instruction.startsWith('v_') ? (QUARTER_RATE.test(instruction) ? 4 : 1) : 0);
  }
  return {
    code: { costs, loops },
    registers: statistic(statistics, 'VGPRs'),
    waves: statistic(statistics, 'Subgroups per SIMD'),
    subgroupSize: statistic(statistics, 'Subgroup Size'),
    spills: statistic(statistics, 'Spilled VGPRs') + statistic(statistics, 'Spilled SGPRs'),
    compileMilliseconds: statistic(statistics, 'Compile Microseconds') / 1000,
  };
}

/** Returns a number from lines like `VGPRs: 48`. */
export function statistic(text: string, name: string): number {
  return Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}
