import type { Pair, Shape } from '../../graph/graph.ts';
import type { Quantizer } from '../../numerics/quantizer.ts';
import type { CaffeLayer, CaffeNetwork, LayerParameters } from '../caffe/network-description.ts';

/** The window of a convolution, equal in height and width. */
export interface Windows {
  readonly kernel: number;
  /** Default: 1. */
  readonly stride?: number;
  /** Default: 0. */
  readonly pad?: number;
}

/**
 * Builds a network layer by layer. Each method adds a layer and returns its output blob, which has the name of the layer.
 * Layers that work in place return their input blob.
 */
export class NetworkBuilder {
  readonly #layers: CaffeLayer[] = [];
  readonly #name: string;
  readonly #shape: Shape;

  /** @param shape shape of the input `data`: [channels, height, width]. */
  constructor(name: string, shape: Shape) {
    this.#name = name;
    this.#shape = shape;
  }

  /** Returns the network. */
  build(): CaffeNetwork {
    return { name: this.#name, input: { name: 'data', shape: this.#shape }, layers: this.#layers };
  }

  /** Adds a convolution with float weights. */
  convolution(name: string, from: string, outputs: number, windows: Windows, hasBias = false): string {
    return this.#add(name, [from], { ...convolution(outputs, windows), hasBias });
  }

  /** Adds a convolution with 1-bit weights. Each filter is scaled by its alpha. */
  binaryConvolution(name: string, from: string, outputs: number, windows: Windows): string {
    return this.#add(name, [from], {
      ...convolution(outputs, windows),
      hasBias: false,
      binarization: { useAlpha: true },
    });
  }

  /** Adds a fully connected layer with float weights and a bias. */
  innerProduct(name: string, from: string, outputs: number): string {
    return this.#add(name, [from], { type: 'innerProduct', outputs, hasBias: true });
  }

  /** Adds a fully connected layer with 1-bit weights. Each output is scaled by its alpha. */
  binaryInnerProduct(name: string, from: string, outputs: number, hasBias = false): string {
    return this.#add(name, [from], { type: 'innerProduct', outputs, hasBias, binarization: { useAlpha: true } });
  }

  maxPooling(name: string, from: string, kernel: number, stride: number): string {
    return this.#add(name, [from], { ...pooling(kernel, stride), method: 'max' });
  }

  averagePooling(name: string, from: string, kernel: number): string {
    return this.#add(name, [from], { ...pooling(kernel, 1), method: 'average' });
  }

  quant(name: string, from: string, quantizer: Quantizer): string {
    return this.#add(name, [from], { type: 'quant', quantizer });
  }

  /** Adds the element-wise sum of two blobs. */
  sum(name: string, first: string, second: string): string {
    return this.#add(name, [first, second], { type: 'eltwise', operation: 'sum' });
  }

  concat(name: string, from: readonly string[]): string {
    return this.#add(name, from, { type: 'concat' });
  }

  softmax(name: string, from: string): string {
    return this.#add(name, [from], { type: 'softmax' });
  }

  /** Adds a BatchNorm, in place unless `top` names another output blob. */
  batchNorm(name: string, blob: string, top = blob): string {
    return this.#add(name, [blob], { type: 'batchNorm', epsilon: Math.fround(1e-5) }, top);
  }

  /** Adds a Scale with gamma and beta, in place. */
  scale(name: string, blob: string): string {
    return this.#add(name, [blob], { type: 'scale', hasBias: true }, blob);
  }

  /** Adds a ReLU, in place. */
  relu(name: string, blob: string): string {
    return this.#add(name, [blob], { type: 'relu', negativeSlope: 0 }, blob);
  }

  #add(name: string, bottoms: readonly string[], parameters: LayerParameters, top = name): string {
    this.#layers.push({ name, bottoms, tops: [top], parameters });
    return top;
  }
}

function convolution(outputs: number, { kernel, stride = 1, pad = 0 }: Windows) {
  return {
    type: 'convolution',
    outputs,
    kernel: square(kernel),
    stride: square(stride),
    pad: square(pad),
    dilation: square(1),
    group: 1,
  } as const;
}

function pooling(kernel: number, stride: number) {
  return { type: 'pooling', kernel: square(kernel), stride: square(stride), pad: square(0) } as const;
}

function square(size: number): Pair {
  return [size, size];
}
