import { describe, expect, it } from 'vitest';
import type { Graph, Layer, QuantLayer } from '../../src/graph/graph.ts';
import { packSigns } from '../../src/numerics/signs.ts';
import { lowerGraph } from '../../src/plan/lower.ts';
import type { Plan, PlanInput, Step } from '../../src/plan/plan.ts';
import { planGraph } from '../../src/plan/plan-graph.ts';
import { smallGraph } from '../support/small-graph.ts';

const INTEGERS: PlanInput = { kind: 'integers', unit: 1 };

function kindsOf({ steps }: Plan): Step['kind'][] {
  return steps.map(({ kind }) => kind);
}

function quant(name: string, input: string, levels = 3): QuantLayer {
  const centers = Array.from({ length: levels }, (_, index) => (index + 1) / 2);
  return { name, inputs: [input], blob: name, type: 'quant', quantizer: { kind: 'hwgq', centers, negativeSlope: 0 } };
}

function binaryLayer(name: string, input: string): Layer {
  const values = Float32Array.from({ length: 16 }, (_, index) => (index % 3) - 1);
  return {
    name,
    inputs: [input],
    blob: name,
    type: 'convolution',
    outputs: 4,
    kernel: [1, 1],
    stride: [1, 1],
    pad: [0, 0],
    dilation: [1, 1],
    group: 1,
    weights: { form: 'binary', signs: packSigns(values), count: 16, alpha: new Float64Array(4).fill(1) },
  };
}

function graphOf(...layers: readonly Layer[]): Graph {
  return { name: 'test', input: { name: 'data', shape: [4, 6, 6] }, layers };
}

/** A residual block: the sum of a binary layer and the floats that it quantizes, quantized again. */
const RESIDUAL = graphOf(
  { name: 'lrn', inputs: ['data'], blob: 'lrn', type: 'lrn', size: 3, alpha: 1, beta: 0.75, k: 1 },
  quant('q1', 'lrn'),
  binaryLayer('conv', 'q1'),
  { name: 'sum', inputs: ['conv', 'lrn'], blob: 'sum', type: 'eltwise', operation: 'sum' },
  quant('q2', 'sum'),
  binaryLayer('last', 'q2'),
);

describe('planning a graph', () => {
  it('folds everything between packed layers into thresholds', () => {
    expect(kindsOf(planGraph(smallGraph(1), INTEGERS, ['fc4']))).toEqual([
      'integerConvolution',
      'codePooling',
      'binaryConvolution',
      'binaryConvolution',
      'floatConvolution',
    ]);
  });

  it('leaves out layers that the requested blobs do not need', () => {
    const { steps } = planGraph(smallGraph(1), INTEGERS, ['q1']);
    expect(steps.map(({ layer }) => layer)).toEqual(['conv1', 'pool1']);
  });

  it('returns the requested blobs in the requested order, beside the same steps', () => {
    const alone = planGraph(smallGraph(1), INTEGERS, ['fc4']);
    const plan = planGraph(smallGraph(1), INTEGERS, ['fc4', 'conv2', 'q2']);
    expect(plan.outputs.map((id) => plan.tensors[id]?.kind)).toEqual(['floats', 'floats', 'codes']);
    expect(plan.outputs.map((id) => plan.tensors[id]?.shape.channels)).toEqual([6, 37, 37]);
    for (const kind of kindsOf(alone)) expect(kindsOf(plan)).toContain(kind);
    expect(plan.steps.length).toBeGreaterThan(alone.steps.length);
  });

  it('fuses a residual sum and its quantization into the layer before it', () => {
    const lowered = lowerGraph(RESIDUAL, INTEGERS, ['last']);
    expect(kindsOf(lowered)).toContain('eltwise');
    const plan = planGraph(RESIDUAL, INTEGERS, ['last']);
    expect(kindsOf(plan).slice(-2)).toEqual(['binaryConvolution', 'binaryConvolution']);
    expect(plan.steps.at(-2)).toMatchObject({ layer: 'conv', epilogue: { codes: { keepsFloats: false } } });
    expect(plan.steps.at(-2)).toHaveProperty('epilogue.shortcut');
  });

  it('keeps the floats of a fused sum that is also requested', () => {
    const plan = planGraph(RESIDUAL, INTEGERS, ['last', 'sum']);
    expect(plan.steps.at(-2)).toMatchObject({ layer: 'conv', epilogue: { codes: { keepsFloats: true } } });
  });

  it('rejects a quantizer of more levels than four bit planes hold, naming the layer', () => {
    const graph = graphOf(quant('wide', 'data', 16));
    expect(() => planGraph(graph, INTEGERS, ['wide'])).toThrow(
      expect.objectContaining({ code: 'unsupported', details: { layer: 'wide', levels: 17 } }),
    );
    expect(() => planGraph(graphOf(quant('fits', 'data', 15)), INTEGERS, ['fits'])).not.toThrow();
  });

  it('rejects an unknown blob and lists the known ones', () => {
    expect(() => planGraph(RESIDUAL, INTEGERS, ['nowhere'])).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringMatching(/'nowhere'.*data, lrn, q1/) }),
    );
  });
});
