import type { ConvolutionLayer, Graph, Pair, Shape } from '../../src/graph/graph.ts';
import { elementCount } from '../../src/graph/shapes.ts';
import type { Weights } from '../../src/graph/weights.ts';
import type { Quantizer } from '../../src/numerics/quantizer.ts';
import { packSigns } from '../../src/numerics/signs.ts';
import { interpret } from '../../src/reference/interpret.ts';
import type { FedGraph } from './plan-mismatch.ts';
import { randomNumbers } from './small-graph.ts';

/** A description of a convolution. Absent properties have their defaults. */
export interface OddLayer {
  readonly about: string;
  readonly input: Shape;
  /** Quantizer of its input: levels, or a function that yields floats. Absent: integer input. */
  readonly quantizer?: Quantizer;
  readonly outputs: number;
  readonly kernel: Pair;
  readonly stride?: Pair;
  readonly pad?: Pair;
  readonly dilation?: Pair;
  readonly group?: number;
  /** Binary weights, or fixed-point weights of this many bits. */
  readonly weights: 'signs' | '11 bits' | '24 bits' | 'largest of 13 bits';
}

const hwgq = (negativeSlope: number, ...centers: number[]): Quantizer => ({
  kind: 'hwgq',
  centers: centers.map(Math.fround),
  negativeSlope: Math.fround(negativeSlope),
});
const USUAL = hwgq(0, 0.538, 1.076, 1.614);
const FLOATS: Quantizer = { kind: 'relu', negativeSlope: Math.fround(0.1) };

/**
 * Edge cases for kernels: sizes that are not multiples of a tile, group, word, or block; padding, strides, dilation; and
 * every number of limbs.
 */
export const ODD_LAYERS: readonly OddLayer[] = [
  {
    about: 'a first layer of 3×3, two limbs',
    input: [3, 5, 19],
    outputs: 13,
    kernel: [3, 3],
    pad: [1, 1],
    weights: '11 bits',
  },
  {
    about: 'a first layer of 7×7, three limbs',
    input: [3, 13, 37],
    outputs: 16,
    kernel: [7, 7],
    stride: [2, 2],
    pad: [3, 3],
    weights: '24 bits',
  },
  {
    about: 'a first layer of 11×11, three limbs',
    input: [3, 17, 45],
    outputs: 15,
    kernel: [11, 11],
    stride: [4, 4],
    pad: [0, 2],
    weights: '24 bits',
  },
  {
    about: 'a first layer of few channels, its rows apart',
    input: [3, 11, 10],
    outputs: 6,
    kernel: [2, 3],
    stride: [3, 1],
    pad: [2, 0],
    dilation: [4, 1],
    weights: '11 bits',
  },
  {
    about: 'a first layer in groups, dilated',
    input: [6, 9, 11],
    outputs: 9,
    kernel: [3, 2],
    stride: [2, 1],
    pad: [1, 2],
    dilation: [2, 3],
    group: 3,
    weights: '24 bits',
  },
  { about: 'a first layer of all pixels, signs', input: [3, 5, 7], outputs: 10, kernel: [5, 7], weights: 'signs' },
  {
    about: 'a gray first layer of two words, one limb',
    input: [1, 12, 21],
    outputs: 43,
    kernel: [5, 5],
    pad: [1, 2],
    weights: 'signs',
  },
  {
    about: 'a first layer of one row of pixels, the largest weights of 13 bits',
    input: [3, 11, 26],
    outputs: 33,
    kernel: [11, 11],
    stride: [4, 4],
    weights: 'largest of 13 bits',
  },
  {
    about: 'a first layer of four channels, three limbs',
    input: [4, 9, 9],
    outputs: 40,
    kernel: [2, 3],
    stride: [1, 3],
    weights: '24 bits',
  },
  {
    about: 'usual levels, 3×3',
    input: [37, 5, 17],
    quantizer: USUAL,
    outputs: 45,
    kernel: [3, 3],
    pad: [1, 1],
    weights: 'signs',
  },
  {
    about: 'usual levels, 3×3 in steps of two',
    input: [65, 7, 31],
    quantizer: USUAL,
    outputs: 14,
    kernel: [3, 3],
    stride: [2, 2],
    pad: [1, 0],
    weights: 'signs',
  },
  {
    about: 'usual levels of an even number of words, a plane smaller than its kernel',
    input: [128, 2, 3],
    quantizer: USUAL,
    outputs: 36,
    kernel: [5, 5],
    pad: [2, 2],
    weights: 'signs',
  },
  {
    about: 'usual levels of an even number of words, more pixels than threads of a workgroup',
    input: [50, 9, 15],
    quantizer: USUAL,
    outputs: 21,
    kernel: [3, 3],
    stride: [1, 2],
    pad: [1, 1],
    weights: 'signs',
  },
  {
    about: 'usual levels, 5×4 dilated',
    input: [5, 11, 9],
    quantizer: USUAL,
    outputs: 10,
    kernel: [5, 4],
    pad: [4, 2],
    dilation: [2, 1],
    weights: 'signs',
  },
  {
    about: 'usual levels, all pixels',
    input: [70, 2, 3],
    quantizer: USUAL,
    outputs: 9,
    kernel: [2, 3],
    weights: 'signs',
  },
  {
    about: 'usual levels in groups',
    input: [36, 6, 5],
    quantizer: USUAL,
    outputs: 12,
    kernel: [3, 3],
    pad: [1, 1],
    group: 4,
    weights: 'signs',
  },
  {
    about: 'signs of both',
    input: [37, 6, 7],
    quantizer: { kind: 'sign' },
    outputs: 10,
    kernel: [3, 3],
    pad: [1, 2],
    stride: [1, 2],
    weights: 'signs',
  },
  {
    about: 'levels of three limbs, dilated',
    input: [40, 7, 7],
    quantizer: hwgq(0, 0.453, 1.51),
    outputs: 34,
    kernel: [3, 3],
    pad: [2, 2],
    dilation: [2, 2],
    weights: 'signs',
  },
  {
    about: 'a level below zero, all pixels',
    input: [33, 3, 3],
    quantizer: hwgq(0.25, 0.538, 1.076, 1.614),
    outputs: 5,
    kernel: [3, 3],
    weights: 'signs',
  },
  {
    about: 'eight levels in groups',
    input: [8, 6, 6],
    quantizer: hwgq(0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75),
    outputs: 6,
    kernel: [2, 2],
    group: 2,
    weights: 'signs',
  },
  {
    about: 'floats in groups, dilated',
    input: [6, 7, 9],
    quantizer: FLOATS,
    outputs: 10,
    kernel: [3, 3],
    stride: [1, 2],
    pad: [2, 1],
    dilation: [2, 1],
    group: 2,
    weights: '24 bits',
  },
  {
    about: 'floats, all pixels',
    input: [20, 3, 3],
    quantizer: FLOATS,
    outputs: 7,
    kernel: [3, 3],
    weights: '24 bits',
  },
];

/** Creates a network of one layer between quantizers, with every level in use. */
export function graphAround(layer: OddLayer): FedGraph {
  const random = randomNumbers(7);
  const around = (scale: number) => (random() * 2 - 1) * scale;
  const pixels = Int16Array.from({ length: elementCount(layer.input) }, () => Math.round(around(255)));
  const [channels = 1] = layer.input;
  let graph: Graph = { name: layer.about, input: { name: 'data', shape: layer.input }, layers: [] };
  const add = (...layers: Graph['layers']) => {
    graph = { ...graph, layers: [...graph.layers, ...layers] };
  };
  const norm = (name: string, input: string, size: number, spread: number) => ({
    name,
    inputs: [input],
    blob: name,
    type: 'batchNorm' as const,
    meanSums: Float32Array.from({ length: size }, () => around(spread / 4)),
    varianceSums: Float32Array.from({ length: size }, () => spread ** 2 * (0.5 + random())),
    factor: 1,
    epsilon: Math.fround(1e-5),
  });
  const quant = (name: string, input: string, quantizer: Quantizer) => ({
    name,
    inputs: [input],
    blob: name,
    type: 'quant' as const,
    quantizer,
  });
  const { quantizer } = layer;
  if (quantizer) add(norm('norm', 'data', channels, 150), quant('levels', 'norm', quantizer));
  add({ ...convolutionOf(layer, around), inputs: [quantizer ? 'levels' : 'data'] });
  const sums = interpret(graph, pixels, ['conv']).get('conv') as Float64Array;
  const spread = Math.sqrt(sums.reduce((sum, x) => sum + x * x, 0) / sums.length);
  add(norm('norm2', 'conv', layer.outputs, spread), quant('codes', 'norm2', USUAL));
  return { graph, pixels };
}

function convolutionOf(layer: OddLayer, around: (scale: number) => number): ConvolutionLayer {
  const { input, outputs, kernel, stride = [1, 1], pad = [0, 0], dilation = [1, 1], group = 1 } = layer;
  const [channels = 1] = input;
  const count = ((outputs * channels) / group) * kernel[0] * kernel[1];
  const values = Float32Array.from({ length: count }, () => around(1));
  return {
    name: 'conv',
    inputs: ['data'],
    blob: 'conv',
    type: 'convolution',
    ...{ outputs, kernel, stride, pad, dilation, group },
    weights: weightsOf(layer, values),
  };
}

function weightsOf({ weights, outputs }: OddLayer, values: Float32Array): Weights {
  switch (weights) {
    case 'signs':
      return {
        form: 'binary',
        signs: packSigns(values),
        count: values.length,
        alpha: new Float64Array(outputs).fill(0.125),
      };
    case 'largest of 13 bits':
      return {
        form: 'fixed13',
        values: Int16Array.from(values, (value) => (value > -0.9 ? 4095 : -4095)),
        scale: new Float32Array(outputs).fill(1 / 4096),
      };
    case '11 bits':
      return { form: 'float32', values: values.map((value) => Math.round(value * 1024) / 1024) };
    case '24 bits':
      return { form: 'float32', values };
  }
}
