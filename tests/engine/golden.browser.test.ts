import { describe, expect, inject, it } from 'vitest';
import { VARIANT_NAMES, type VariantName } from '../../src/backends/webgpu/variants.ts';
import { decodeModel } from '../../src/model/decode.ts';
import type { Model } from '../../src/model/model.ts';
import type { GoldenCase } from '../support/golden-cases.ts';
import { type GoldenDifference, goldenDifference } from '../support/golden-check.ts';
import { everywhere } from '../support/kernel-choice.ts';
import { partOf } from '../support/part-of.ts';

const sets = inject('golden');

/** The usual choice, and each variant wherever it can run. */
const KERNELS = [undefined, ...VARIANT_NAMES];

async function fetched(folder: string, file: string): Promise<ArrayBuffer> {
  const response = await fetch(encodeURI(`${folder}/${file}`));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response.arrayBuffer();
}

async function difference(
  folder: string,
  golden: GoldenCase,
  variant: VariantName | undefined,
): Promise<GoldenDifference> {
  const whole: Model = decodeModel(new Uint8Array(await fetched(folder, 'model.hwgq')));
  const model = golden.part ? { ...whole, graph: partOf(whole.graph, golden.part.from, golden.part.to) } : whole;
  const bytes = await fetched(folder, `${golden.name}.input`);
  const input = golden.input === 'integers' ? new Int16Array(bytes) : new Float32Array(bytes);
  const expected = new Float32Array(await fetched(folder, `${golden.name}.expected`));
  return goldenDifference(model, golden, input, expected, {
    backend: 'webgpu',
    ...(variant ? { kernelChoice: everywhere(variant, model) } : {}),
  });
}

for (const [net, { folder, cases }] of Object.entries(sets)) {
  describe(`golden results of ${net}, on WebGPU`, () => {
    const runs = cases.flatMap((golden) => KERNELS.map((variant) => ({ ...golden, golden, variant })));
    it.each(runs)('$name, kernels $variant: every code, and the scores', async ({ golden, variant }) => {
      const { levels, wrongLevels, worstFloat } = await difference(folder, golden, variant);
      // Sums of a residual network round, so that a code near its threshold may flip.
      expect(wrongLevels).toBeLessThanOrEqual(golden.part ? levels / 100_000 : 0);
      if (wrongLevels === 0) expect(worstFloat).toBeLessThan(1e-5);
    });
  });
}

if (Object.keys(sets).length === 0) it.skip('golden results (skipped: no reference data)');
