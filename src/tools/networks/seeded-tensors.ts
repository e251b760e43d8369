import type { Shape } from '../../graph/graph.ts';
import { asChwShape, elementCount } from '../../graph/shapes.ts';
import type { Weights } from '../../graph/weights.ts';
import type { LayerTensors } from '../caffe/build-graph.ts';
import type { CaffeLayer } from '../caffe/network-description.ts';
import type { Random } from './random.ts';

/** Mean of |x| for a normal distribution with standard deviation 1. */
const MEAN_MAGNITUDE = Math.sqrt(2 / Math.PI);

/** Random tensors of one layer, scaled as for training (He et al., 2015). BatchNorm statistics are mean 0 and variance 1. */
export class SeededTensors implements LayerTensors {
  readonly #random: Random;
  readonly #layer: CaffeLayer;
  readonly #input: Shape;

  constructor(random: Random, layer: CaffeLayer, input: Shape) {
    this.#random = random;
    this.#layer = layer;
    this.#input = input;
  }

  weighted(
    [outputs = 1]: readonly (number | undefined)[],
    hasBias: boolean,
    binarization: { readonly useAlpha: boolean } | undefined,
  ): { weights: Weights; bias?: Float32Array } {
    const size = this.#filterSize();
    const deviation = Math.sqrt(2 / size);
    const weights: Weights = binarization
      ? this.#binary(outputs, size, binarization.useAlpha ? deviation * MEAN_MAGNITUDE : undefined)
      : { form: 'float32', values: this.#floats(outputs * size, () => this.#random.normal(deviation)) };
    return { weights, ...(hasBias && { bias: this.#floats(outputs, () => this.#random.normal(deviation)) }) };
  }

  statistics(): { meanSums: Float32Array; varianceSums: Float32Array; factor: number } {
    const { channels } = asChwShape(this.#input);
    return { meanSums: new Float32Array(channels), varianceSums: new Float32Array(channels).fill(1), factor: 1 };
  }

  affine(hasBias: boolean): { gamma: Float32Array; beta?: Float32Array } {
    const { channels } = asChwShape(this.#input);
    const gamma = this.#floats(channels, () => this.#random.between(0.5, 1.5));
    return { gamma, ...(hasBias && { beta: this.#floats(channels, () => this.#random.normal(0.3)) }) };
  }

  /** Returns the number of weights per output. */
  #filterSize(): number {
    const { parameters } = this.#layer;
    if (parameters.type !== 'convolution') return elementCount(this.#input);
    const { kernel, group } = parameters;
    return (asChwShape(this.#input).channels / group) * kernel[0] * kernel[1];
  }

  /** Generates packed signs directly: the latent weights of large networks would need half a gigabyte. */
  #binary(outputs: number, size: number, alpha: number | undefined): Weights {
    const count = outputs * size;
    const words = new Uint32Array(Math.ceil(count / 32)).map(() => this.#random.word());
    const signs = new Uint8Array(words.buffer).slice(0, Math.ceil(count / 8));
    // Bits after the last weight must be zero.
    const unused = signs.length * 8 - count;
    signs[signs.length - 1] = (signs.at(-1) as number) & (0xff >> unused);
    const alphas = Float64Array.from({ length: outputs }, () =>
      alpha === undefined ? 1 : alpha * this.#random.between(0.8, 1.2),
    );
    return { form: 'binary', signs, count, alpha: alphas };
  }

  #floats(length: number, draw: () => number): Float32Array {
    return new Float32Array(length).map(draw);
  }
}
