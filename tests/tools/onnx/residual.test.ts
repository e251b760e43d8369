import { expect, it } from 'vitest';
import { WasmExecutable } from '../../../src/backends/wasm/executable.ts';
import type { Graph, Layer } from '../../../src/graph/graph.ts';
import type { Weights } from '../../../src/graph/weights.ts';
import type { Quantizer } from '../../../src/numerics/quantizer.ts';
import { packSigns } from '../../../src/numerics/signs.ts';
import { planGraph } from '../../../src/plan/plan-graph.ts';
import { exactGraph } from '../../../src/tools/onnx/exact.ts';
import { runOnnx } from '../../support/onnx.ts';
import { randomNumbers } from '../../support/small-graph.ts';

const CHANNELS = 256;
const SIZE = 10;
const INPUT = { kind: 'integers', unit: 1 } as const;

interface Residual {
  readonly quantizer: Quantizer;
  /** The factor of a branch's integer sums, for each channel. */
  readonly alpha: () => number;
  readonly bias: boolean;
  readonly coefficients: readonly [shortcut: number, branch: number];
}

const HALF_WAVE: Quantizer = { kind: 'hwgq', centers: [0.538, 1.076, 1.614].map(Math.fround), negativeSlope: 0 };

/** Returns a float shortcut plus a branch with binary weights over codes. */
function residualGraph({ quantizer, alpha, bias, coefficients }: Residual, random: () => number): Graph {
  const around = (count: number, scale: number) =>
    Float32Array.from({ length: count }, () => (random() * 2 - 1) * scale);
  const convolution = (name: string, input: string, inputs: number, weights: Weights): Layer => ({
    name,
    inputs: [input],
    blob: name,
    type: 'convolution',
    outputs: CHANNELS,
    kernel: inputs === 1 ? [1, 1] : [3, 3],
    stride: [1, 1],
    pad: inputs === 1 ? [0, 0] : [1, 1],
    dilation: [1, 1],
    group: 1,
    weights,
    ...(bias && { bias: around(CHANNELS, 1) }),
  });
  const count = CHANNELS * CHANNELS * 9;
  const signs: Weights = {
    form: 'binary',
    signs: packSigns(around(count, 1)),
    count,
    alpha: Float64Array.from({ length: CHANNELS }, alpha),
  };
  return {
    name: 'residual',
    input: { name: 'data', shape: [1, SIZE, SIZE] },
    layers: [
      convolution('shortcut', 'data', 1, { form: 'float32', values: around(CHANNELS, 0.02) }),
      { name: 'codes', inputs: ['shortcut'], blob: 'codes', type: 'quant', quantizer },
      convolution('branch', 'codes', CHANNELS, signs),
      { name: 'sum', inputs: ['shortcut', 'branch'], blob: 'sum', type: 'eltwise', operation: 'sum', coefficients },
      { name: 'relu', inputs: ['sum'], blob: 'relu', type: 'relu', negativeSlope: 0 },
    ],
  };
}

// Only the last value is requested, since onnxruntime does not fuse values that are outputs.
it.each([
  ['scaled and shifted', { quantizer: HALF_WAVE, bias: true, coefficients: [1, 1], scaled: true }],
  ['scaled', { quantizer: HALF_WAVE, bias: false, coefficients: [1, 1], scaled: true }],
  ['shifted', { quantizer: { kind: 'sign' }, bias: true, coefficients: [1, 1], scaled: false }],
  ['as they are', { quantizer: { kind: 'sign' }, bias: false, coefficients: [1, 1], scaled: false }],
  ['times a coefficient', { quantizer: { kind: 'sign' }, bias: false, coefficients: [1, 0.3], scaled: false }],
] as const)(
  'adds integer sums to a shortcut, %s, bit for bit as the backends do',
  async (_, { scaled, ...residual }) => {
    const random = randomNumbers(1);
    const alpha = () => (scaled ? 0.01 + random() / 10 : 1);
    const graph = residualGraph({ ...residual, alpha }, random);
    const pixels = Int16Array.from({ length: SIZE * SIZE }, () => Math.floor(random() * 256) - 128);
    const backend = await WasmExecutable.create(planGraph(graph, INPUT, ['relu']), { simd: 'plain' });
    const [wanted = new Float32Array()] = await backend.run(pixels, 1);
    const seen = (await runOnnx(exactGraph(graph, INPUT, { blobs: ['relu'] }), pixels)).get('relu') ?? [];
    const different = wanted.filter((value, index) => value !== seen[index]).length;
    expect(wanted.some((value) => value > 0)).toBe(true);
    expect(different).toBe(0);
  },
);
