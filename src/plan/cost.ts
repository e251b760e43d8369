import type { Plan, Step } from './plan.ts';

/** Returns the multiply-adds of a step for one image, including those on padding; 0 for a step without weights. */
export function multiplyAdds({ tensors }: Plan, step: Step): number {
  switch (step.kind) {
    case 'integerConvolution':
    case 'floatConvolution':
    case 'binaryConvolution': {
      const input = tensors[step.input]?.shape;
      const output = tensors[step.output]?.shape;
      if (!input || !output) return 0;
      const filterSize = step.kernel[0] * step.kernel[1] * (input.channels / step.group);
      return output.channels * output.height * output.width * filterSize;
    }
    default:
      return 0;
  }
}
