import { expect, it } from 'vitest';
import type { Graph, Layer } from '../../src/graph/graph.ts';
import { packSigns } from '../../src/numerics/signs.ts';
import { planGraph } from '../../src/plan/plan-graph.ts';

const INPUT = { kind: 'integers', unit: 1 } as const;
const at = (name: string, ...inputs: string[]) => ({ name, inputs, blob: name });
const dropout = (name: string, input: string): Layer => ({ ...at(name, input), type: 'dropout' });
const concat = (name: string, ...inputs: string[]): Layer => ({ ...at(name, ...inputs), type: 'concat' });
const relu = (name: string, input: string): Layer => ({ ...at(name, input), type: 'relu', negativeSlope: 0 });
const quant = (name: string, input: string): Layer => ({
  ...at(name, input),
  type: 'quant',
  quantizer: { kind: 'hwgq', centers: [0.5, 1, 1.5], negativeSlope: 0 },
});
const convolution = (name: string, input: string): Layer => ({
  ...at(name, input),
  type: 'convolution',
  outputs: 2,
  kernel: [1, 1],
  stride: [1, 1],
  pad: [0, 0],
  dilation: [1, 1],
  group: 1,
  weights: { form: 'binary', signs: packSigns(Float32Array.of(1, -1, -1, 1)), count: 4, alpha: Float64Array.of(1, 1) },
});

function plan(layers: readonly Layer[]) {
  const graph: Graph = { name: '', input: { name: 'data', shape: [2, 1, 1] }, layers };
  return planGraph(graph, INPUT, [layers.at(-1)?.name ?? '']);
}

/** Repeats layers that read the value of the name before them. */
function chain(length: number, link: (name: string, input: string, index: number) => readonly Layer[]): Layer[] {
  const layers: Layer[] = [];
  for (let index = 0; index < length; index++) layers.push(...link(`l${index}`, layers.at(-1)?.name ?? 'data', index));
  return layers;
}

it('plans thousands of layers', () => {
  expect(plan(chain(9999, (name, input) => [relu(name, input)])).steps).toHaveLength(9999);
  const layers = chain(3000, (name, input) => [convolution(`${name}c`, input), quant(`${name}q`, `${name}c`)]);
  expect(plan(layers).steps).toHaveLength(3000);
});

it('plans forks that are joined again once, not once for each path', () => {
  const forks = chain(12, (name, input) => [
    dropout(`${name}a`, input),
    dropout(`${name}b`, input),
    concat(name, `${name}a`, `${name}b`),
  ]);
  expect(plan(forks).steps.length).toBeLessThan(40);
});

it('refuses forks whose parts would be quantized once for each path', () => {
  const forks = chain(16, (name, input, index) => [
    ...(index === 0 ? [convolution('first', 'data')] : []),
    concat(name, index === 0 ? 'first' : input, index === 0 ? 'first' : input),
  ]);
  expect(() => plan([...forks, quant('q', 'l15')])).toThrow(
    expect.objectContaining({ code: 'unsupported', details: { layer: 'q' } }),
  );
});
