import fc from 'fast-check';
import type { Graph, Layer, Pair, Shape } from '../../src/graph/graph.ts';
import { asChwShape, elementCount, inferShapes } from '../../src/graph/shapes.ts';
import type { Weights } from '../../src/graph/weights.ts';
import type { Quantizer } from '../../src/numerics/quantizer.ts';
import { packSigns } from '../../src/numerics/signs.ts';
import { interpret } from '../../src/reference/interpret.ts';
import { randomNumbers } from './small-graph.ts';

/** A recipe for a random network. It consists of plain numbers, so that failures shrink and can be stored as JSON. */
export interface GraphRecipe {
  readonly seed: number;
  readonly input: readonly [channels: number, height: number, width: number];
  readonly layers: readonly LayerRecipe[];
}

/** A layer type, the earlier value that it reads (0 is the last), and numbers that determine its parameters. */
export interface LayerRecipe {
  readonly kind: (typeof KINDS)[number];
  readonly from: number;
  readonly numbers: readonly number[];
}

/** Layer types. Those that become packed layers occur more often. */
const KINDS = [
  'binaryBlock',
  'binaryBlock',
  'binaryBlock',
  'convolution',
  'innerProduct',
  'maxPooling',
  'averagePooling',
  'norm',
  'quant',
  'quant',
  'relu',
  'eltwise',
  'concat',
  'lrn',
  'softmax',
  'dropout',
  'flatten',
] as const;

export const graphRecipes: fc.Arbitrary<GraphRecipe> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  input: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 })),
  layers: fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      from: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) }),
      numbers: fc.array(fc.nat(999), { minLength: 12, maxLength: 12 }),
    }),
    { minLength: 2, maxLength: 9 },
  ),
});

const QUANTIZERS: readonly Quantizer[] = [
  { kind: 'hwgq', centers: [0.538, 1.076, 1.614].map(Math.fround), negativeSlope: 0 },
  { kind: 'hwgq', centers: [0.538, 1.076, 1.614].map(Math.fround), negativeSlope: 0 },
  { kind: 'sign' },
  { kind: 'hwgq', centers: [0.453, 1.51].map(Math.fround), negativeSlope: 0 },
  { kind: 'hwgq', centers: [0.538, 1.076, 1.614].map(Math.fround), negativeSlope: Math.fround(0.25) },
  { kind: 'hwgq', centers: [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75], negativeSlope: 0 },
  { kind: 'hwgq', centers: [0.3, 0.7, 1.6].map(Math.fround), negativeSlope: 0 },
  { kind: 'hwgq', centers: [1], negativeSlope: 0 },
  { kind: 'relu', negativeSlope: 0 },
  { kind: 'relu', negativeSlope: Math.fround(0.1) },
  { kind: 'hard_tanh' },
];

const MAX_ELEMENTS = 4000;

/** Builds a valid network from a recipe. Layers that do not fit are skipped. */
export function graphFrom(recipe: GraphRecipe): { graph: Graph; pixels: Int16Array } {
  const builder = new GraphBuilder(recipe);
  for (const layer of recipe.layers) builder.add(layer);
  return { graph: builder.graph, pixels: builder.pixels };
}

class GraphBuilder {
  readonly pixels: Int16Array;
  readonly #random: () => number;
  #layers: Layer[] = [];

  readonly #recipe: GraphRecipe;

  constructor(recipe: GraphRecipe) {
    this.#recipe = recipe;
    this.#random = randomNumbers(recipe.seed);
    const length = elementCount(recipe.input);
    this.pixels = Int16Array.from({ length }, () => Math.floor(this.#random() * 511) - 255);
  }

  get graph(): Graph {
    return { name: 'random', input: { name: 'data', shape: this.#recipe.input }, layers: this.#layers };
  }

  add({ kind, from, numbers }: LayerRecipe): void {
    const names = ['data', ...this.#layers.map(({ name }) => name)];
    const input = names.at(-1 - (from % names.length)) as string;
    const pick = new Picker(numbers);
    switch (kind) {
      case 'binaryBlock':
        this.#binaryBlock(input, pick);
        break;
      case 'convolution':
        this.#convolution(input, pick, pick.flag());
        break;
      case 'innerProduct': {
        const outputs = 1 + pick.below(40);
        const size = elementCount(this.#shape(input));
        this.#push({
          ...this.#base('ip', input),
          type: 'innerProduct',
          outputs,
          weights: this.#weights(outputs, size, pick.flag()),
        });
        break;
      }
      case 'maxPooling':
      case 'averagePooling':
        this.#pooling(input, pick, kind === 'maxPooling' ? 'max' : 'average');
        break;
      case 'norm':
        this.#norm(input, pick);
        break;
      case 'quant':
        this.#quant(input, pick);
        break;
      case 'relu':
        this.#push({ ...this.#base('relu', input), type: 'relu', negativeSlope: pick.of([0, 0, 0.1, -0.5, 1]) });
        break;
      case 'eltwise':
        this.#eltwise(input, names, pick);
        break;
      case 'concat': {
        const alike = names.filter((name) => isAlike(this.#shape(name), this.#shape(input)));
        const others = Array.from({ length: 1 + pick.below(2) }, () => pick.of(alike));
        this.#push({ ...this.#base('concat', input), inputs: [input, ...others], type: 'concat' });
        break;
      }
      case 'lrn':
        this.#push({ ...this.#base('lrn', input), type: 'lrn', size: pick.of([3, 5]), alpha: 0.01, beta: 0.75, k: 1 });
        break;
      case 'softmax':
        this.#push({ ...this.#base('softmax', input), type: 'softmax' });
        break;
      case 'dropout':
        this.#push({ ...this.#base('dropout', input), type: 'dropout' });
        break;
      case 'flatten':
        this.#push({ ...this.#base('flatten', input), type: 'reshape', shape: [elementCount(this.#shape(input))] });
        break;
    }
  }

  /** Adds Quant, a binary layer, sometimes a pooling, BatchNorm, Scale, Quant. */
  #binaryBlock(input: string, pick: Picker): void {
    let value = this.#quant(input, pick);
    value = this.#convolution(value, pick, true);
    if (pick.below(3) === 0) value = this.#pooling(value, pick, 'max');
    value = this.#norm(value, pick);
    this.#quant(value, pick);
  }

  #convolution(input: string, pick: Picker, isBinary: boolean): string {
    const { channels, height, width } = asChwShape(this.#shape(input));
    const group = pick.of([1, 1, 2, 3, channels].filter((size) => channels % size === 0));
    const outputs = group * (1 + pick.below(Math.ceil(40 / group)));
    const side = (size: number): [kernel: number, stride: number, pad: number, dilation: number] => {
      const dilation = 1 + (size > 4 ? pick.below(2) : 0);
      const pad = pick.below(3);
      const kernel = 1 + pick.below(Math.min(4, Math.floor((size + 2 * pad - 1) / dilation) + 1));
      return [kernel, 1 + pick.below(2), pad, dilation];
    };
    const [y, x] = [side(height), side(width)];
    const pair = (index: 0 | 1 | 2 | 3): Pair => [y[index], x[index]];
    const size = (channels / group) * y[0] * x[0];
    return this.#push({
      ...this.#base('conv', input),
      type: 'convolution',
      outputs,
      kernel: pair(0),
      stride: pair(1),
      pad: pair(2),
      dilation: pair(3),
      group,
      weights: this.#weights(outputs, size, isBinary),
      ...(pick.flag() ? { bias: this.#floats(outputs, 1) } : {}),
    });
  }

  #pooling(input: string, pick: Picker, method: 'max' | 'average'): string {
    const { height, width } = asChwShape(this.#shape(input));
    if (pick.below(6) === 0) {
      return this.#push({ ...this.#base('pool', input), type: 'pooling', method, stride: [1, 1], pad: [0, 0] });
    }
    const side = (size: number): [kernel: number, stride: number, pad: number] => {
      const kernel = 1 + pick.below(Math.min(4, size));
      return [kernel, 1 + pick.below(3), pick.below(Math.min(kernel, 3))];
    };
    const [y, x] = [side(height), side(width)];
    const pair = (index: 0 | 1 | 2): Pair => [y[index], x[index]];
    return this.#push({
      ...this.#base('pool', input),
      type: 'pooling',
      method,
      kernel: pair(0),
      stride: pair(1),
      pad: pair(2),
    });
  }

  /** Adds a BatchNorm with roughly the statistics of its input, and often a Scale with gammas of either sign. */
  #norm(input: string, pick: Picker): string {
    const values = interpret(this.graph, this.pixels, [input]).get(input) as Float64Array;
    const { channels } = asChwShape(this.#shape(input));
    const area = values.length / channels;
    const sums = (of: (x: number) => number, channel: number) =>
      values.subarray(channel * area, (channel + 1) * area).reduce((sum, x) => sum + of(x), 0) / area;
    const spread = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length) || 1;
    const factor = pick.of([0.75, 1, 999]);
    const meanSums = Float32Array.from(
      { length: channels },
      (_, c) => factor * (sums((x) => x, c) + this.#around(spread / 2)),
    );
    const varianceSums = Float32Array.from({ length: channels }, () => factor * spread ** 2 * (0.1 + this.#random()));
    const epsilon = Math.fround(1e-5);
    const value = this.#push({
      ...this.#base('bn', input),
      type: 'batchNorm',
      meanSums,
      varianceSums,
      factor,
      epsilon,
    });
    if (pick.below(3) === 0) return value;
    const gamma = this.#floats(channels, 1.5).map((x) => (this.#random() < 0.1 ? 0 : x));
    const beta = pick.flag() ? { beta: this.#floats(channels, 0.5) } : {};
    return this.#push({ ...this.#base('scale', value), type: 'scale', gamma, ...beta });
  }

  #quant(input: string, pick: Picker): string {
    return this.#push({ ...this.#base('quant', input), type: 'quant', quantizer: pick.of(QUANTIZERS) });
  }

  #eltwise(input: string, names: readonly string[], pick: Picker): void {
    const shape = this.#shape(input).join();
    const alike = names.filter((name) => this.#shape(name).join() === shape);
    const inputs = [input, ...Array.from({ length: 1 + pick.below(2) }, () => pick.of(alike))];
    const operation = pick.of(['sum', 'sum', 'product', 'max'] as const);
    const coefficients =
      operation === 'sum' && pick.flag() ? { coefficients: inputs.map(() => pick.of([1, -0.5, 2])) } : {};
    this.#push({ ...this.#base('eltwise', input), inputs, type: 'eltwise', operation, ...coefficients });
  }

  #weights(outputs: number, size: number, isBinary: boolean): Weights {
    const values = this.#floats(outputs * size, 1 / Math.sqrt(size));
    if (!isBinary) return { form: 'float32', values };
    const alpha = Float64Array.from({ length: outputs }, () => 0.05 + this.#random() / size);
    return { form: 'binary', signs: packSigns(values), count: values.length, alpha };
  }

  #push(layer: Layer): string {
    const before = this.#layers;
    this.#layers = [...before, layer];
    const input = layer.inputs[0] as string;
    try {
      if (elementCount(this.#shape(layer.name)) <= MAX_ELEMENTS) return layer.name;
    } catch {
      // Skip a layer that does not fit here.
    }
    this.#layers = before;
    return input;
  }

  #base(kind: string, input: string): { name: string; inputs: [string]; blob: string } {
    const name = `${kind}${this.#layers.length}`;
    return { name, inputs: [input], blob: name };
  }

  #shape(name: string): Shape {
    return inferShapes(this.graph).get(name) as Shape;
  }

  #floats(count: number, scale: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.#around(scale));
  }

  #around(scale: number): number {
    return (this.#random() * 2 - 1) * scale;
  }
}

/** Derives parameters from the numbers of a recipe, one by one. */
class Picker {
  #place = 0;

  readonly #numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(limit: number): number {
    return (this.#numbers[this.#place++ % this.#numbers.length] as number) % limit;
  }

  flag(): boolean {
    return this.below(2) === 1;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

function isAlike(shape: Shape, other: Shape): boolean {
  return shape.length === other.length && shape.slice(1).join() === other.slice(1).join();
}
