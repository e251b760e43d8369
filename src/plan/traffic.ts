import type { Plan, PlanTensor, Step } from './plan.ts';
import { inputsOf, outputsOf } from './step-tensors.ts';

/** Codes are stored in words of 32 channels, one word for each bit plane. */
const CHANNELS_PER_WORD = 32;

/**
 * Returns the minimum number of bytes that a step moves for one image: each of its tensors, packed, and its weights,
 * once. Kernels move more if they read data repeatedly.
 */
export function minimumBytes({ tensors }: Plan, step: Step): number {
  const moved = [...inputsOf(step), ...outputsOf(step)];
  const tensorSum = moved.reduce((sum, id) => sum + tensorBytes(tensors[id] as PlanTensor), 0);
  return tensorSum + weightBytes(step);
}

function tensorBytes(tensor: PlanTensor): number {
  const { channels, height, width } = tensor.shape;
  const pixels = height * width;
  switch (tensor.kind) {
    case 'codes':
      return pixels * Math.ceil(channels / CHANNELS_PER_WORD) * tensor.bits * 4;
    case 'integers':
      return pixels * channels * 2;
    case 'floats':
      return pixels * channels * 4;
  }
}

function weightBytes(step: Step): number {
  switch (step.kind) {
    case 'binaryConvolution':
      return step.signs.byteLength;
    case 'integerConvolution':
      return step.weights.limbs.reduce((sum, limb) => sum + limb.byteLength, 0);
    case 'floatConvolution':
      return step.weights.byteLength;
    default:
      return 0;
  }
}
