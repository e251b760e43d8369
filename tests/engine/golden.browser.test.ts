import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type OpenDevice, openDevice } from '../../src/backends/webgpu/device.ts';
import { WebGpuExecutable } from '../../src/backends/webgpu/executable.ts';
import { VARIANT_NAMES, type VariantName } from '../../src/backends/webgpu/variant-names.ts';
import type { SessionOptions } from '../../src/engine/runner.ts';
import { decodeModel } from '../../src/model/decode.ts';
import type { Model } from '../../src/model/model.ts';
import type { PlanInput } from '../../src/plan/plan.ts';
import { planGraph } from '../../src/plan/plan-graph.ts';
import type { GoldenCase } from '../support/golden-cases.ts';
import { differenceFrom, type GoldenDifference, goldenDifference } from '../support/golden-check.ts';
import { everywhere, usesOf } from '../support/kernel-choice.ts';
import { partOf } from '../support/part-of.ts';

const sets = inject('golden');

async function fetchFile(folder: string, file: string): Promise<ArrayBuffer> {
  const response = await fetch(encodeURI(`${folder}/${file}`));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response.arrayBuffer();
}

/** The networks that the ordinary tests run with every kernel variant. The others take long on a software adapter. */
const SMALL = ['cifarvgg', 'odd'];
/** The network with layers for every variant. */
const WITH_ALL = 'CIFAR10-VGG-HWGQ';

const BACKENDS = [
  { on: 'WebGPU', backend: 'webgpu' },
  ...VARIANT_NAMES.map((variant) => ({ on: `WebGPU, kernels ${variant}`, backend: 'webgpu', variant }) as const),
  { on: 'WebAssembly, plain SIMD', backend: 'wasm', simd: 'plain' },
  { on: 'WebAssembly, relaxed SIMD', backend: 'wasm', simd: 'relaxed' },
] as const;

type Options = SessionOptions & { readonly variant?: VariantName };

let open: OpenDevice;

beforeAll(async () => {
  open = await openDevice(navigator.gpu, undefined);
});

afterAll(() => open.device.destroy());

async function difference(
  folder: string,
  golden: GoldenCase,
  { variant, ...options }: Options,
): Promise<GoldenDifference> {
  const whole: Model = decodeModel(new Uint8Array(await fetchFile(folder, 'model.hwgq')));
  const model = golden.part ? { ...whole, graph: partOf(whole.graph, golden.part.from, golden.part.to) } : whole;
  const bytes = await fetchFile(folder, `${golden.name}.input`);
  const input = golden.input === 'integers' ? new Int16Array(bytes) : new Float32Array(bytes);
  const expected = new Float32Array(await fetchFile(folder, `${golden.name}.expected`));
  if (!variant) return goldenDifference(model, golden, input, expected, options);
  return differenceFrom(golden, await runWith(variant, model, golden, input), expected);
}

/** Runs a network with one kernel variant for every layer that the variant supports, and checks that it is used. */
async function runWith(
  variant: VariantName,
  { graph, preprocessing }: Model,
  { blobs, count }: GoldenCase,
  input: Int16Array | Float32Array,
): Promise<readonly Float32Array[]> {
  const numbers: PlanInput =
    input instanceof Int16Array ? { kind: 'integers', unit: preprocessing.scale } : { kind: 'floats' };
  const names = blobs.map(({ name }) => name);
  const plan = planGraph(graph, numbers, names);
  const executable = await WebGpuExecutable.create(open, plan, { choice: everywhere(variant, plan) });
  try {
    const { taken, missed } = usesOf(variant, plan, executable, open.capabilities);
    expect(missed).toEqual([]);
    if (graph.name === WITH_ALL) expect(taken).not.toEqual([]);
    return await executable.run(input, count);
  } finally {
    executable.dispose();
  }
}

for (const [net, { folder, cases }] of Object.entries(sets)) {
  const backends = BACKENDS.filter((backend) => !('variant' in backend) || SMALL.includes(net) || inject('isFull'));
  describe.each<Options & { readonly on: string }>(backends)(
    `golden results of ${net}, on $on`,
    ({ on: _, ...options }) => {
      it.each(cases)('computes every code and the scores of $name', async (golden) => {
        const { levels, wrongLevels, worstFloat } = await difference(folder, golden, options);
        // A residual network rounds its float sums, so a code near a threshold may flip.
        expect(wrongLevels).toBeLessThanOrEqual(golden.part ? levels / 100_000 : 0);
        if (wrongLevels === 0) expect(worstFloat).toBeLessThan(1e-5);
      });
    },
  );
}

if (Object.keys(sets).length === 0) it.skip('golden results (skipped: no reference data)');
