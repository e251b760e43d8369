import type { Kernel } from '../../backends/webgpu/kernels.ts';
import { BLOCK_CHANNELS, quadCount, wordCount } from '../../backends/webgpu/layout.ts';
import { UNIFORM_STRUCTS } from '../../backends/webgpu/shader-interface.ts';
import { hasUsualLevels } from '../../backends/webgpu/variants.ts';
import type { ChwShape } from '../../graph/shapes.ts';
import type { Convolution, IntegerConvolution } from '../../plan/plan.ts';

/** A loop of a kernel: how often it runs, and the loops in it in the order of the source. */
export interface Loop {
  readonly trips: number;
  readonly inner: readonly Loop[];
}

/** Nests loops, the outermost first. */
function nest(...trips: readonly number[]): readonly Loop[] {
  return trips.reduceRight<readonly Loop[]>((inner, count) => [{ trips: count, inner }], []);
}

/**
 * Returns the loops of a convolution's kernel that remain in machine code: those whose bounds are read at run time. They
 * repeat the loop nests of the files in `shaders/convolution`.
 */
export function loopsOf(kernel: Kernel, step: Convolution, input: ChwShape): readonly Loop[] {
  const [height, width] = step.kernel;
  const depth = depthOf(step, input.channels);
  const variant = kernel.variant ?? '';
  if (step.kind === 'integerConvolution' && variant.startsWith('staged')) return stagedLoops(kernel, step);
  if (variant.startsWith('split-k')) {
    const slices = kernel.constants.slices ?? 1;
    const runs = step.dilation[1] === 1 ? 1 : width;
    const run = Math.ceil(((width / runs) * depth) / slices);
    const limbs = step.kind === 'integerConvolution' ? step.weights.limbs.length : 1;
    const reductions = Array.from({ length: limbs }, () => nest(slices === 64 ? 2 : 1)).flat();
    // The first loop clears workgroup memory.
    return [...nest(1), ...nest(height, runs, run), ...reductions];
  }
  return nest(height, width, step.kind === 'binaryConvolution' && hasUsualLevels(step) ? Math.floor(depth / 2) : depth);
}

/** Words, quads or values of an input pixel. */
function depthOf({ kind }: Convolution, channels: number): number {
  if (kind === 'floatConvolution') return channels;
  return kind === 'integerConvolution' ? quadCount(channels) : wordCount(channels);
}

/** Output pixels along a side of a workgroup's tile. */
const TILE_SIDE = 8;

/** Loops over staged rows and columns, and over the channels of a word, with a loop over sums and their taps for each limb. */
function stagedLoops({ variant, shape }: Kernel, { weights }: IntegerConvolution): readonly Loop[] {
  const fields = Object.keys(UNIFORM_STRUCTS.StagedConvolution);
  const value = (field: keyof typeof UNIFORM_STRUCTS.StagedConvolution) => shape[fields.indexOf(field)] as number;
  const sums = Math.ceil(value('taps') / value('tapsOfSum'));
  const limbs = weights.limbs.flatMap(() => nest(sums, value('taps') / sums));
  const blocksOfPart = Number(variant?.split('-')[1]) / BLOCK_CHANNELS;
  const parts = value('blocks') / blocksOfPart / value('words');
  const staging = nest(Math.ceil(value('stagedHeight') / TILE_SIDE), Math.ceil(value('stagedWidth') / TILE_SIDE));
  // The first loop clears workgroup memory.
  return [
    ...nest(Math.ceil((value('stagedHeight') * value('stagedWidth')) / 64)),
    ...staging,
    { trips: parts, inner: limbs },
  ];
}
