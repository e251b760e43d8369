import { statistic } from './amd-report.ts';
import type { PipelineReport } from './machine-code.ts';

/** The lanes that an instruction computes in one turn of a thread of 16. */
const LANES = 16;
/** An instruction of one lane takes as long as one of eight. */
const FEWEST_LANES = 8;
const INSTRUCTION = /^(?:\([^)]*\)\s*)?([a-z_0-9]+)(?:\.\S+)?(?:\s+[a-z_]+)?\((\d+)\)(.*)$/;
/** A product of 32-bit integers is computed from products of 16 bits. */
const INTEGER_PRODUCT = /^\s*\S*<1>U?D\s/;

/** Reads what Intel's driver reports about a pipeline. */
export function intelReport(text: string): PipelineReport {
  const [statistics = '', assembly = ''] = text.split('== GEN Assembly');
  const costs: number[] = [];
  const labels = new Map<string, number>();
  const loops: [number, number][] = [];
  for (const line of assembly.split('\n')) {
    const label = /^(LABEL\d+):/.exec(line)?.[1];
    if (label !== undefined) labels.set(label, costs.length);
    const [, operation = '', width = '0', operands = ''] = INSTRUCTION.exec(line) ?? [];
    if (operation === 'while') {
      const target = labels.get(/JIP:\s*(LABEL\d+)/.exec(line)?.[1] ?? '');
      if (target !== undefined) loops.push([target, costs.length]);
    }
    if (operation !== '') costs.push(costOf(operation, Number(width), operands));
  }
  return {
    code: { costs, loops },
    subgroupSize: statistic(statistics, 'Subgroup Size'),
    spills: statistic(statistics, 'Spill Count'),
    compileMilliseconds: statistic(statistics, 'Compile Microseconds') / 1000,
  };
}

function costOf(operation: string, width: number, operands: string): number {
  if (/^(send|sync|while|if|else|endif|break|cont|halt|nop|jmpi)/.test(operation)) return 0;
  const turns = Math.max(width, FEWEST_LANES) / LANES;
  return operation === 'mul' && INTEGER_PRODUCT.test(operands) ? 2 * turns : turns;
}
