import type { IntegerConvolution } from '../../plan/plan.ts';
import type { GpuModel } from './gpu-model.ts';
import { stagedPixels } from './integer-kernel.ts';
import { QUAD_CHANNELS, quadCount, WORD_CHANNELS, WORKGROUP_SIZE, wordCount } from './layout.ts';
import type { ConvolutionShape, Variant } from './variants.ts';

/** Instructions of a thread before and after its sums, and for each output channel: thresholds or floats, and packing. */
const START = 100;
const CHANNEL_END = 8;
/** Instructions for each tap: its position, and whether it is on the image. */
const TAP = 6;
/** Instructions for each word or value besides those for each channel: loads and addresses, and bits of the word. */
const TURN = 6;
/** Instructions to stage an input pixel, and to read it and count taps. */
const STAGED = 20;
const STAGED_TAP = 4;
/** Instructions that convert a sum to an integer and add it. */
const CONVERSION = 3;
/** Additional instructions of a split sum: adding up slices. */
const REDUCTION = 60;

/**
 * Estimates the time of a variant for one image, in instructions that a thread of a full GPU issues: the instructions of a
 * thread, times the number of times that the threads fill the GPU, at least once. Variants that need too many registers
 * cost infinitely much.
 */
export function estimatedCost(shape: ConvolutionShape, variant: Variant, gpu: GpuModel): number {
  if (variant.values > gpu.values) return Number.POSITIVE_INFINITY;
  const { step } = shape;
  const instructions =
    step.kind === 'integerConvolution' ? integerInstructions(shape, step, variant) : sumInstructions(shape, variant);
  return instructions * Math.max(1, variant.threads(1) / gpu.threads);
}

function sumInstructions({ step, input }: ConvolutionShape, { channels, constants }: Variant): number {
  const taps = step.kernel[0] * step.kernel[1];
  const isBinary = step.kind === 'binaryConvolution';
  const turns = taps * (isBinary ? wordCount(input.channels) : input.channels);
  const slices = constants?.slices ?? 1;
  // `and` and a bit count for each of two planes, or a multiply-add.
  const turn = TURN + channels * (isBinary ? 4 : 1);
  const sums = Math.ceil(turns / slices) * turn + taps * TAP + (slices > 1 ? REDUCTION : 0);
  return START + sums + channels * CHANNEL_END;
}

function integerInstructions(
  { input, output }: ConvolutionShape,
  step: IntegerConvolution,
  { channels, constants, isStaged }: Variant,
): number {
  const taps = step.kernel[0] * step.kernel[1];
  const quads = quadCount(input.channels);
  const limbs = step.weights.limbs.length;
  const products = Math.min(input.channels, QUAD_CHANNELS) * channels;
  if (isStaged) {
    const parts = Math.ceil(Math.min(output.channels, WORD_CHANNELS) / channels);
    const staging = (stagedPixels(step) / WORKGROUP_SIZE) * STAGED;
    return START + staging + parts * (limbs * taps * (STAGED_TAP + products) + channels * CHANNEL_END);
  }
  const slices = constants?.slices ?? 1;
  const turn = TURN + limbs * (products + CONVERSION * channels);
  const sums = Math.ceil((taps * quads) / slices) * turn + taps * TAP + (slices > 1 ? REDUCTION : 0);
  return START + sums + channels * CHANNEL_END;
}
