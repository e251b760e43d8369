import { afterAll, describe, inject, it } from 'vitest';
import { VARIANT_NAMES } from '../../src/backends/webgpu/variant-names.ts';
import { expectGolden } from '../support/expect-golden.ts';
import { closeDevice, type GoldenOptions, runGolden } from '../support/golden-run.ts';

const sets = inject('golden');

/** The networks that the ordinary tests run with every kernel variant. The others take long on a software adapter. */
const SMALL = ['cifarvgg', 'odd'];

/**
 * `split-k-64` takes a minute here and is left to the full tests: it is the shader of `split-k-8` with another number of
 * threads for each sum, which kernel-variants.browser.test.ts runs on small layers.
 */
const VARIANTS = VARIANT_NAMES.filter((variant) => variant !== 'split-k-64' || inject('isFull'));

const BACKENDS = [
  { on: 'WebGPU', backend: 'webgpu' },
  ...VARIANTS.map((variant) => ({ on: `WebGPU, kernels ${variant}`, backend: 'webgpu', variant }) as const),
  { on: 'WebAssembly, plain SIMD', backend: 'wasm', simd: 'plain' },
  { on: 'WebAssembly, relaxed SIMD', backend: 'wasm', simd: 'relaxed' },
] as const;

afterAll(closeDevice);

for (const [net, { folder, cases }] of Object.entries(sets)) {
  const backends = BACKENDS.filter((backend) => !('variant' in backend) || SMALL.includes(net) || inject('isFull'));
  describe.each<GoldenOptions & { readonly on: string }>(backends)(
    `golden results of ${net}, on $on`,
    ({ on: _, ...options }) => {
      it.each(cases)('computes every code and the scores of $name', async (golden) => {
        expectGolden(golden, await runGolden(folder, golden, options));
      });
    },
  );
}

if (Object.keys(sets).length === 0) it.skip('golden results (skipped: no reference data)');
