import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenDevice, openDevice } from '../../../src/backends/webgpu/device.ts';
import { WebGpuExecutable } from '../../../src/backends/webgpu/executable.ts';
import type { VariantName } from '../../../src/backends/webgpu/variant-names.ts';
import {
  type ConvolutionShape,
  convolutionShapes,
  hasUsualLevels,
  variantsOf,
} from '../../../src/backends/webgpu/variants.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { planGraph } from '../../../src/plan/plan-graph.ts';
import { everywhere, usesOf, withManyRegisters } from '../../support/kernel-choice.ts';
import { graphAround, ODD_LAYERS, type OddLayer } from '../../support/odd-layers.ts';
import { planMismatch } from '../../support/plan-mismatch.ts';

/** All variants of layers over integers, over codes of 0 to 3, over other codes, and over floats. */
const KERNELS: Readonly<Record<string, readonly VariantName[]>> = {
  integers: ['staged-16', 'staged-8', 'channels-8', 'split-k-8', 'split-k-64'],
  usual: ['channels-16', 'channels-8', 'channels-4', 'split-k-8', 'split-k-64'],
  levels: ['channels-8', 'channels-4', 'split-k-8', 'split-k-64'],
  floats: ['channels-16', 'channels-8', 'split-k-8', 'split-k-64'],
};

let open: OpenDevice;

beforeAll(async () => {
  open = withManyRegisters(await openDevice(navigator.gpu, undefined));
});

afterAll(() => open.device.destroy());

function planOf(layer: OddLayer): Plan {
  return planGraph(graphAround(layer).graph, { kind: 'integers', unit: 1 }, ['codes']);
}

function kindOf({ step }: ConvolutionShape): string {
  if (step.kind === 'integerConvolution') return 'integers';
  if (step.kind === 'floatConvolution') return 'floats';
  return hasUsualLevels(step) ? 'usual' : 'levels';
}

function mismatch(layer: OddLayer, variant: VariantName): Promise<string | undefined> {
  return planMismatch(graphAround(layer), async (plan, inputs, count) => {
    const executable = await WebGpuExecutable.create(open, plan, { choice: everywhere(variant, plan) });
    expect(usesOf(variant, plan, executable, open.capabilities)).toEqual({ taken: ['conv'], missed: [] });
    const values = await executable.run(inputs, count);
    executable.dispose();
    return values;
  });
}

it('covers every kernel with an odd layer', () => {
  const met = new Map<string, Set<VariantName>>();
  for (const shape of ODD_LAYERS.flatMap((layer) => convolutionShapes(planOf(layer)))) {
    const names = variantsOf(shape, open.capabilities).map(({ name }) => name);
    met.set(kindOf(shape), new Set([...(met.get(kindOf(shape)) ?? []), ...names]));
  }
  const sorted = (names: Iterable<VariantName>) => [...names].sort();
  expect(Object.fromEntries([...met].map(([kind, names]) => [kind, sorted(names)]))).toEqual(
    Object.fromEntries(Object.entries(KERNELS).map(([kind, names]) => [kind, sorted(names)])),
  );
});

it.each(ODD_LAYERS)('computes the interpreter’s codes with every kernel: $about', async (layer) => {
  const variants = convolutionShapes(planOf(layer)).flatMap((shape) => variantsOf(shape, open.capabilities));
  for (const { name } of variants) expect(await mismatch(layer, name), name).toBeUndefined();
});
