import type { Loop } from './loops.ts';

/** The machine code of a pipeline as far as costs need it. */
export interface MachineCode {
  /** The cost of each instruction: 0 if it is not a vector instruction, otherwise the turns that it takes. */
  readonly costs: readonly number[];
  /** The first and last instruction of each loop. */
  readonly loops: readonly (readonly [first: number, last: number])[];
}

/** What the driver reports about a pipeline. */
export interface PipelineReport {
  readonly code: MachineCode;
  /** Vector registers, of AMD. */
  readonly registers?: number;
  /** Waves of a SIMD, of AMD. */
  readonly waves?: number;
  /** Threads of a subgroup. */
  readonly subgroupSize: number;
  /** Values that did not fit in registers: registers of AMD, spills of Intel. */
  readonly spills: number;
  readonly compileMilliseconds: number;
}

/**
 * Returns the vector instructions that one thread issues.
 * @param sourceLoops the loops of the kernel's source, whose trip counts apply to the loops of the machine code.
 * @returns undefined if the loops of source and machine code differ.
 */
export function instructionsPerThread(code: MachineCode, sourceLoops: readonly Loop[]): number | undefined {
  return costOf(code, [0, code.costs.length - 1], nestedLoops(code.loops), sourceLoops);
}

interface CodeLoop {
  readonly range: readonly [first: number, last: number];
  readonly inner: CodeLoop[];
}

/** Nests loops. Ranges with the same start are one loop with several ways to continue. */
function nestedLoops(ranges: MachineCode['loops']): readonly CodeLoop[] {
  const longest = new Map<number, number>();
  for (const [first, last] of ranges) longest.set(first, Math.max(last, longest.get(first) ?? 0));
  const sorted = [...longest].sort(([a], [b]) => a - b);
  const top: CodeLoop[] = [];
  const open: CodeLoop[] = [];
  for (const [first, last] of sorted) {
    while (open.length > 0 && (open.at(-1) as CodeLoop).range[1] < first) open.pop();
    const loop: CodeLoop = { range: [first, last], inner: [] };
    (open.at(-1)?.inner ?? top).push(loop);
    open.push(loop);
  }
  return top;
}

function costOf(
  code: MachineCode,
  [first, last]: readonly [first: number, last: number],
  loops: readonly CodeLoop[],
  sourceLoops: readonly Loop[],
): number | undefined {
  if (loops.length !== sourceLoops.length) return undefined;
  let sum = 0;
  for (let index = first; index <= last; index++) sum += code.costs[index] as number;
  for (const [index, loop] of loops.entries()) {
    const { trips, inner } = sourceLoops[index] as Loop;
    const cost = costOf(code, loop.range, loop.inner, inner);
    if (cost === undefined) return undefined;
    for (let inside = loop.range[0]; inside <= loop.range[1]; inside++) sum -= code.costs[inside] as number;
    sum += trips * cost;
  }
  return sum;
}
