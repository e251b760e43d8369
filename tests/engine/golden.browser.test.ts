import { describe, expect, inject, it } from 'vitest';
import { VARIANT_NAMES, type VariantName } from '../../src/backends/webgpu/variants.ts';
import type { SessionOptions } from '../../src/engine/session.ts';
import { decodeModel } from '../../src/model/decode.ts';
import type { Model } from '../../src/model/model.ts';
import type { GoldenCase } from '../support/golden-cases.ts';
import { type GoldenDifference, goldenDifference } from '../support/golden-check.ts';
import { everywhere } from '../support/kernel-choice.ts';
import { partOf } from '../support/part-of.ts';

const sets = inject('golden');

async function fetched(folder: string, file: string): Promise<ArrayBuffer> {
  const response = await fetch(encodeURI(`${folder}/${file}`));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response.arrayBuffer();
}

/** Networks that every kernel variant computes in the ordinary tests too; the others take long in software. */
const SMALL = ['cifarvgg', 'odd'];

const BACKENDS = [
  { on: 'WebGPU', backend: 'webgpu' },
  ...VARIANT_NAMES.map((variant) => ({ on: `WebGPU, kernels ${variant}`, backend: 'webgpu', variant }) as const),
  { on: 'WebAssembly, plain SIMD', backend: 'wasm', simd: 'plain' },
  { on: 'WebAssembly, relaxed SIMD', backend: 'wasm', simd: 'relaxed' },
] as const;

type Options = SessionOptions & { readonly variant?: VariantName };

async function difference(
  folder: string,
  golden: GoldenCase,
  { variant, ...options }: Options,
): Promise<GoldenDifference> {
  const whole: Model = decodeModel(new Uint8Array(await fetched(folder, 'model.hwgq')));
  const model = golden.part ? { ...whole, graph: partOf(whole.graph, golden.part.from, golden.part.to) } : whole;
  const bytes = await fetched(folder, `${golden.name}.input`);
  const input = golden.input === 'integers' ? new Int16Array(bytes) : new Float32Array(bytes);
  const expected = new Float32Array(await fetched(folder, `${golden.name}.expected`));
  const kernels = variant ? { kernelChoice: everywhere(variant, model) } : {};
  return goldenDifference(model, golden, input, expected, { ...options, ...kernels });
}

for (const [net, { folder, cases }] of Object.entries(sets)) {
  const backends = BACKENDS.filter((backend) => !('variant' in backend) || SMALL.includes(net) || inject('isFull'));
  describe.each<Options & { readonly on: string }>(backends)(
    `golden results of ${net}, on $on`,
    ({ on: _, ...options }) => {
      it.each(cases)('$name: every code, and the scores', async (golden) => {
        const { levels, wrongLevels, worstFloat } = await difference(folder, golden, options);
        // Sums of a residual network round, so that a code near its threshold may flip.
        expect(wrongLevels).toBeLessThanOrEqual(golden.part ? levels / 100_000 : 0);
        if (wrongLevels === 0) expect(worstFloat).toBeLessThan(1e-5);
      });
    },
  );
}

if (Object.keys(sets).length === 0) it.skip('golden results (skipped: no reference data)');
