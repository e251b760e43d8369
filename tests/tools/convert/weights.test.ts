import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph, InnerProductLayer, Layer } from '../../../src/graph/graph.ts';
import { filterScales, filterValues, type Weights } from '../../../src/graph/weights.ts';
import { type FloatForm, packWeights } from '../../../src/tools/convert/weights.ts';

const quant: Layer = {
  type: 'quant',
  name: 'quant',
  inputs: ['data'],
  blob: 'quant',
  quantizer: { kind: 'hwgq', centers: [0.5, 1], negativeSlope: 0 },
};

const filters = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 })).chain(([outputs, size]) =>
  fc.record({
    outputs: fc.constant(outputs),
    values: fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
      minLength: outputs * size,
      maxLength: outputs * size,
    }),
  }),
);

describe('binary weights', () => {
  it('are packed from latent weights: signs, and alpha = mean |w|', () => {
    const weights: Weights = { form: 'latent', values: Float32Array.of(1, -2, 0, 0.5, -0.5, 4), useAlpha: true };
    expect(pack([fullyConnected('fc', 'data', weights, 2)], 'f32')).toMatchObject([
      { weights: { form: 'binary', count: 6, signs: Uint8Array.of(0b101101), alpha: Float64Array.of(1, 5 / 3) } },
    ]);
    expect(pack([fullyConnected('fc', 'data', { ...weights, useAlpha: false }, 2)], 'f32')).toMatchObject([
      { weights: { form: 'binary', alpha: Float64Array.of(1, 1) } },
    ]);
  });

  it.each<[string, Layer[]]>([
    ['directly', []],
    ['through dropout', [{ type: 'dropout', name: 'a', inputs: ['quant'], blob: 'a' }]],
    ['through max pooling', [pooling('max')]],
    ['through a reshape', [{ type: 'reshape', name: 'a', inputs: ['quant'], blob: 'a', shape: [3] }]],
  ])('are recognized as ±alpha in a layer that reads levels %s', (_, between) => {
    const fc = fullyConnected('fc', between.at(-1)?.name ?? 'quant', plusMinus(0.3), 2);
    expect(formOf(pack([quant, ...between, fc], 'f32'), 'fc')).toBe('binary');
  });

  it.each<[string, Layer[]]>([
    ['the network’s input', []],
    [
      'the output of another layer type',
      [{ type: 'relu', name: 'quant', inputs: ['data'], blob: 'quant', negativeSlope: 0 }],
    ],
    ['averages of levels', [quant, pooling('average')]],
    ['a quantizer without levels', [{ ...quant, quantizer: { kind: 'hard_tanh' } }]],
  ])('are not recognized in a layer that reads %s', (_, before) => {
    const fc = fullyConnected('fc', before.at(-1)?.name ?? 'data', plusMinus(0.3), 2);
    expect(formOf(pack([...before, fc], 'f32'), 'fc')).toBe('float32');
  });

  it('are recognized per filter with a tolerance of 2 units in the last place', () => {
    const unit = 2 ** -24;
    const first = 0.75;
    const form = (third: number) => {
      const values = Float32Array.of(first, -first, third, 8, -8, 8);
      return formOf(pack([quant, fullyConnected('fc', 'quant', { form: 'float32', values }, 2)], 'f32'), 'fc');
    };
    expect(form(first + 2 * unit)).toBe('binary');
    expect(form(-first - 2 * unit)).toBe('binary');
    expect(form(first + 3 * unit)).toBe('float32');
    expect(form(0)).toBe('float32');
  });
});

describe('weights that are not binary', () => {
  it.each<[FloatForm, string, string]>([
    ['compact', 'fixed13', 'float16'],
    ['f16', 'float16', 'float16'],
    ['int8', 'int8', 'int8'],
    ['f32', 'float32', 'float32'],
  ])('are stored with --float %s as %s in the first layer and as %s in others', (form, first, other) => {
    const weights: Weights = { form: 'float32', values: Float32Array.of(1, 2, 3) };
    const layers = pack(
      [
        { type: 'dropout', name: 'drop', inputs: ['data'], blob: 'data' },
        fullyConnected('a', 'drop', weights, 1),
        fullyConnected('b', 'a', weights, 3),
      ],
      form,
    );
    expect([formOf(layers, 'a'), formOf(layers, 'b')]).toEqual([first, other]);
  });

  it.each<[FloatForm, number]>([
    ['compact', 4095],
    ['int8', 127],
  ])('are rounded to the nearest step of their filter in %s', (form, largest) => {
    fc.assert(
      fc.property(filters, ({ outputs, values }) => {
        const weights: Weights = { form: 'float32', values: Float32Array.from(values) };
        const [layer] = pack([fullyConnected('fc', 'data', weights, outputs)], form) as [InnerProductLayer];
        const scales = filterScales(layer.weights, outputs);
        const size = values.length / outputs;
        for (let output = 0; output < outputs; output++) {
          const filter = values.slice(output * size, (output + 1) * size);
          const magnitude = Math.max(...filter.map(Math.abs));
          for (const [index, integer] of filterValues(layer.weights, outputs, output).entries()) {
            expect(Math.abs(integer)).toBeLessThanOrEqual(largest);
            const step = magnitude / largest;
            // The error of a subnormal scale is up to half of the smallest float32 number, and multiplied by `largest`.
            const error = Math.abs(integer * (scales[output] as number) - (filter[index] as number));
            expect(error).toBeLessThanOrEqual(step * 0.5001 + largest * 2 ** -149);
          }
        }
      }),
    );
  });

  it('are rejected if half precision cannot hold them', () => {
    const weights: Weights = { form: 'float32', values: Float32Array.of(70000) };
    expect(() => pack([fullyConnected('fc', 'data', weights, 1)], 'f16')).toThrow(
      expect.objectContaining({ code: 'invalid-option', details: { layer: 'fc' } }),
    );
  });
});

function pack(layers: readonly Layer[], form: FloatForm): readonly Layer[] {
  const graph: Graph = { name: 'net', input: { name: 'data', shape: [3, 1, 1] }, layers };
  return packWeights(graph, form).layers;
}

function formOf(layers: readonly Layer[], name: string): string | undefined {
  const layer = layers.find((other) => other.name === name);
  return layer?.type === 'innerProduct' ? layer.weights.form : undefined;
}

function fullyConnected(name: string, input: string, weights: Weights, outputs: number): InnerProductLayer {
  return { type: 'innerProduct', name, inputs: [input], blob: name, outputs, weights };
}

function pooling(method: 'max' | 'average'): Layer {
  return {
    type: 'pooling',
    name: 'pool',
    inputs: ['quant'],
    blob: 'pool',
    method,
    kernel: [1, 1],
    stride: [1, 1],
    pad: [0, 0],
  };
}

function plusMinus(alpha: number): Weights {
  return { form: 'float32', values: Float32Array.of(alpha, -alpha, alpha, -alpha, -alpha, -alpha) };
}
