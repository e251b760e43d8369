import type { Capabilities, OpenDevice } from '../../src/backends/webgpu/device.ts';
import type { WebGpuExecutable } from '../../src/backends/webgpu/executable.ts';
import type { KernelChoice, VariantName } from '../../src/backends/webgpu/variant-names.ts';
import { convolutionShapes, shapeKey, variantsOf } from '../../src/backends/webgpu/variants.ts';
import type { Plan } from '../../src/plan/plan.ts';

/**
 * Describes a device as one whose threads have many registers. Kernels that have a form for such GPUs then use it: the
 * binary ones read two words of a pixel at a time.
 */
export function withManyRegisters(open: OpenDevice): OpenDevice {
  return { ...open, capabilities: { ...open.capabilities, vendor: 'amd' } };
}

/** Chooses one variant for every shape of a plan. Shapes that it cannot run get their default variant. */
export function everywhere(variant: VariantName, plan: Plan): KernelChoice {
  return Object.fromEntries(convolutionShapes(plan).map((shape) => [shapeKey(shape), variant]));
}

/** Returns the layers that run on a variant, and the layers that could but do not. */
export function usesOf(
  variant: VariantName,
  plan: Plan,
  executable: WebGpuExecutable,
  capabilities: Capabilities,
): { readonly taken: readonly string[]; readonly missed: readonly string[] } {
  const able = convolutionShapes(plan)
    .filter((shape) => variantsOf(shape, capabilities).some(({ name }) => name === variant))
    .map(({ step }) => step.layer);
  const isTaken = (layer: string) => executable.variants.get(layer) === variant;
  return { taken: able.filter(isTaken), missed: able.filter((layer) => !isTaken(layer)) };
}
