import type { GpuModel } from './gpu-model.ts';
import { wordCount } from './layout.ts';
import type { ConvolutionShape, Variant } from './variants.ts';

/** Instructions of a thread before and after its sums, and for each output channel: thresholds or floats, and packing. */
const START = 100;
const CHANNEL_END = 8;
/** Instructions for each tap: its position, and whether it is on the image. */
const TAP = 6;
/** Instructions for each word or value besides those for each channel: loads and addresses, and bits of the word. */
const TURN = 6;
/** Additional instructions of a split sum: adding up slices. */
const REDUCTION = 60;

/**
 * Estimates the time of a variant for one image, in instructions that a thread of a full GPU issues: the instructions of a
 * thread, times the number of times that the threads fill the GPU, at least once. Variants that need too many registers
 * cost infinitely much.
 */
export function estimatedCost({ step, input }: ConvolutionShape, variant: Variant, gpu: GpuModel): number {
  const { channels, constants, threads } = variant;
  if (variant.values > gpu.values) return Number.POSITIVE_INFINITY;
  const taps = step.kernel[0] * step.kernel[1];
  const isBinary = step.kind === 'binaryConvolution';
  const turns = taps * (isBinary ? wordCount(input.channels) : input.channels);
  const slices = constants?.slices ?? 1;
  // `and` and a bit count for each of two planes, or a multiply-add.
  const turn = TURN + channels * (isBinary ? 4 : 1);
  const sums = Math.ceil(turns / slices) * turn + taps * TAP + (slices > 1 ? REDUCTION : 0);
  return (START + sums + channels * CHANNEL_END) * Math.max(1, threads(1) / gpu.threads);
}
