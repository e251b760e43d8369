import type { Capabilities } from './device.ts';
import { gpuModelOf } from './gpu-model.ts';
import { estimatedCost } from './variant-cost.ts';
import type { KernelChoice } from './variant-names.ts';
import { type ConvolutionShape, shapeKey, type Variant, variantsOf } from './variants.ts';

/** Returns the variant that a choice names for a shape, or the default one if it names none that can run. */
export function chosenVariant(shape: ConvolutionShape, capabilities: Capabilities, choice: KernelChoice): Variant {
  const variants = variantsOf(shape, capabilities);
  const name = choice[shapeKey(shape)];
  return variants.find((variant) => variant.name === name) ?? defaultVariant(shape, variants, capabilities);
}

/** Every default variant's shader is in the file that all pages with WebGPU fetch. */
function defaultVariant(shape: ConvolutionShape, variants: readonly Variant[], capabilities: Capabilities): Variant {
  const gpu = gpuModelOf(capabilities);
  const costs = variants.map((variant) => estimatedCost(shape, variant, gpu));
  return variants[costs.indexOf(Math.min(...costs))] as Variant;
}
