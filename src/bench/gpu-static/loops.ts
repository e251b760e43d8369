import type { Kernel } from '../../backends/webgpu/kernels.ts';
import { wordCount } from '../../backends/webgpu/layout.ts';
import type { ChwShape } from '../../graph/shapes.ts';
import type { Convolution } from '../../plan/plan.ts';

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
  const depth = step.kind === 'binaryConvolution' ? wordCount(input.channels) : input.channels;
  const limbs = step.kind === 'integerConvolution' ? step.weights.limbs.length : 1;
  const variant = kernel.variant ?? '';
  if (variant.startsWith('split-k')) {
    const slices = kernel.constants.slices ?? 1;
    const loops = [
      ...nest(Math.ceil((height * width * depth) / slices)),
      // Additions of the slices.
      ...nest(slices === 64 ? 2 : 1, 7),
    ];
    return step.kind === 'integerConvolution' ? [{ trips: limbs, inner: loops }] : loops;
  }
  if (step.kind === 'integerConvolution') {
    return variant.includes('row') ? nest(limbs, height) : nest(limbs, height, width, depth);
  }
  if (variant === 'subgroup-row-7') return nest(Math.ceil(depth / 2));
  if (variant.includes('row')) return nest(depth);
  if (variant === 'carry-save') return nest(height, width, Math.ceil(depth / 2));
  if (variant === 'dot') return nest(height, width, depth, 8);
  return nest(height, width, depth);
}
