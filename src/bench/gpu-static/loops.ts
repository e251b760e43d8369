import type { Kernel } from '../../backends/webgpu/kernels.ts';
import { wordCount } from '../../backends/webgpu/layout.ts';
import { hasUsualLevels } from '../../backends/webgpu/variants.ts';
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
    if (step.kind === 'integerConvolution') {
      const slice = Math.ceil((height * width * depth) / slices);
      return [{ trips: limbs, inner: [...nest(slice), ...nest(slices === 64 ? 2 : 1, 7)] }];
    }
    const runs = step.dilation[1] === 1 ? 1 : width;
    const run = Math.ceil(((width / runs) * depth) / slices);
    // The first loop clears workgroup memory.
    return [...nest(1), ...nest(height, runs, run), ...nest(slices === 64 ? 2 : 1)];
  }
  if (step.kind === 'integerConvolution' && variant.includes('row')) return nest(limbs, height);
  if (step.kind === 'integerConvolution') return nest(limbs, height, width, depth);
  return nest(height, width, step.kind === 'binaryConvolution' && hasUsualLevels(step) ? Math.floor(depth / 2) : depth);
}
