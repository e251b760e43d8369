import type { Capabilities } from '../../src/backends/webgpu/device.ts';
import type { WebGpuExecutable } from '../../src/backends/webgpu/executable.ts';
import type { KernelChoice, VariantName } from '../../src/backends/webgpu/variant-names.ts';
import { convolutionShapes, shapeKey, variantsOf } from '../../src/backends/webgpu/variants.ts';
import type { Plan } from '../../src/plan/plan.ts';

/** One variant for every shape of a fused plan; where it cannot run, the usual one does. */
export function everywhere(variant: VariantName, plan: Plan): KernelChoice {
  return Object.fromEntries(convolutionShapes(plan).map((shape) => [shapeKey(shape), variant]));
}

/** Layers that a variant can run and does, and layers that it can run and does not. */
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
