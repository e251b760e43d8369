import type { ChwShape } from '../../graph/shapes.ts';
import type { LimbWeights } from '../../plan/limbs.ts';
import type { Convolution } from '../../plan/plan.ts';
import { LOOKUP_CHANNELS, REAL_CHANNELS } from './kernels/constants.ts';

/** Sizes of a convolution's filters. */
export interface FilterShape {
  readonly groups: number;
  /** Input channels of one group. */
  readonly inputs: number;
  /** Output channels of one group. */
  readonly outputs: number;
  /** Positions of the kernel: its height times its width. */
  readonly taps: number;
}

export function filterShape(step: Convolution, input: ChwShape, output: ChwShape): FilterShape {
  return {
    groups: step.group,
    inputs: input.channels / step.group,
    outputs: output.channels / step.group,
    taps: step.kernel[0] * step.kernel[1],
  };
}

/** Returns how many pairs of lookup tables a pixel has. Each table covers four channels. */
export function tablePairs(channels: number): number {
  return Math.ceil(channels / 8);
}

/** Returns how many blocks of output channels cover `channels`. */
export function blockCount(channels: number, blockChannels: number): number {
  return Math.ceil(channels / blockChannels);
}

/** Signs to be packed in memory (kernels/weights.ts). */
export interface SignPacking {
  readonly signs: Uint8Array;
  readonly shape: FilterShape;
  /** Address of the packed signs. */
  readonly address: number;
}

/** Returns the size of packed signs. */
export function packedSignBytes({ groups, inputs, outputs, taps }: FilterShape): number {
  return groups * blockCount(outputs, LOOKUP_CHANNELS) * taps * tablePairs(inputs) * 2 * LOOKUP_CHANNELS;
}

/** A run of consecutive elements that a window reads, beginning `offset` bytes into the window. */
export interface ElementRun {
  readonly offset: number;
  /** First tap of the run. */
  readonly firstTap: number;
  /** Number of taps in the run. */
  readonly taps: number;
}

/** Returns the bytes of one limb of a block. */
export function limbBytes(runs: readonly ElementRun[], inputs: number): number {
  return runs.reduce((sum, { taps }) => sum + Math.ceil((taps * inputs) / 2), 0) * REAL_CHANNELS * 4;
}

/** Packs limbs as [group][block of 8 outputs][limb][run][pair of elements][output][element of the pair], i16. */
export function packLimbs(
  packed: Int16Array,
  { limbs }: LimbWeights,
  shape: FilterShape,
  runs: readonly ElementRun[],
): void {
  const size = limbBytes(runs, shape.inputs) / 2;
  for (const [index, limb] of limbs.entries()) {
    visitWeights(shape, runs, 2, (block, element, lane, weight) => {
      const pair = element >> 1;
      const at = (block * limbs.length + index) * size + (pair * REAL_CHANNELS + lane) * 2 + (element & 1);
      packed[at] = limb[weight] as number;
    });
  }
}

/** Packs floats as [group][block of 8 outputs][run][element][output]. */
export function packFloats(
  packed: Float32Array,
  weights: Float32Array,
  { groups, inputs, outputs, taps }: FilterShape,
  runs: readonly ElementRun[],
): void {
  const blocks = blockCount(outputs, REAL_CHANNELS);
  // Plain loops: fully connected layers have many weights, and this code runs once, before the browser has optimized it.
  for (let filter = 0; filter < groups * outputs; filter++) {
    const output = filter % outputs;
    const block = Math.floor(filter / outputs) * blocks + Math.floor(output / REAL_CHANNELS);
    let at = block * taps * inputs * REAL_CHANNELS + (output % REAL_CHANNELS);
    for (const run of runs) {
      for (let tap = run.firstTap; tap < run.firstTap + run.taps; tap++) {
        let from = filter * inputs * taps + tap;
        for (let input = 0; input < inputs; input++) {
          packed[at] = weights[from] as number;
          at += REAL_CHANNELS;
          from += taps;
        }
      }
    }
  }
}

/** Visits all weights in packed order. Each run's elements begin at a multiple of `multiple`. */
function visitWeights(
  { groups, inputs, outputs, taps }: FilterShape,
  runs: readonly ElementRun[],
  multiple: number,
  visit: (block: number, element: number, lane: number, weight: number) => void,
): void {
  const blocks = blockCount(outputs, REAL_CHANNELS);
  for (let filter = 0; filter < groups * outputs; filter++) {
    const output = filter % outputs;
    const block = Math.floor(filter / outputs) * blocks + Math.floor(output / REAL_CHANNELS);
    const lane = output % REAL_CHANNELS;
    let start = 0;
    for (const { firstTap, taps: runTaps } of runs) {
      for (let tap = 0; tap < runTaps; tap++) {
        for (let input = 0; input < inputs; input++) {
          visit(block, start + tap * inputs + input, lane, (filter * inputs + input) * taps + firstTap + tap);
        }
      }
      start += Math.ceil((runTaps * inputs) / multiple) * multiple;
    }
  }
}
