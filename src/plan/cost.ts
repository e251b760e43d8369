import type { Plan, Step } from './plan.ts';

/** Multiply-adds of a step for one image, padding included; 0 where it has no weights. */
export function multiplyAdds({ tensors }: Plan, step: Step): number {
  switch (step.kind) {
    case 'integerConvolution':
    case 'floatConvolution':
    case 'binaryConvolution': {
      const input = tensors[step.input]?.shape;
      const output = tensors[step.output]?.shape;
      if (!input || !output) return 0;
      const taps = step.kernel[0] * step.kernel[1] * (input.channels / step.group);
      return output.channels * output.height * output.width * taps;
    }
    default:
      return 0;
  }
}
