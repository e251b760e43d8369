import { HwgqError } from '../../errors.ts';
import type { Weights } from '../../graph/weights.ts';
import type { Blob } from './blob.ts';
import type { CaffeWeights } from './caffemodel.ts';

/** How many names of layers an error lists. */
const MOST_NAMES = 12;

/**
 * The blobs of one layer, checked against what the layer needs as they are taken. Weights stay views into the
 * caffemodel; the small tensors are copied, so that they alone do not keep a large file in memory.
 */
export class LayerBlobs {
  readonly #blobs: readonly Blob[];
  readonly #layer: string;
  readonly #weights: CaffeWeights;

  constructor(layer: string, weights: CaffeWeights) {
    this.#layer = layer;
    this.#weights = weights;
    this.#blobs = weights.get(layer) ?? [];
  }

  /**
   * Weights and bias of a convolution or fully connected layer.
   * @param shape of the weights; undefined where it depends on the input, which `validateGraph` knows.
   */
  weighted(
    shape: readonly (number | undefined)[],
    hasBias: boolean,
    binarization: { readonly useAlpha: boolean } | undefined,
  ): { weights: Weights; bias?: Float32Array } {
    this.#expectCount(hasBias ? 2 : 1);
    const values = this.#take(0, 'weights', shape);
    const weights: Weights = binarization ? { form: 'latent', values, ...binarization } : { form: 'float32', values };
    return { weights, ...(hasBias && { bias: this.#take(1, 'biases', [shape[0]]).slice() }) };
  }

  /** Sums of a BatchNorm, and the factor to divide them by. */
  statistics(): { meanSums: Float32Array; varianceSums: Float32Array; factor: number } {
    this.#expectCount(3);
    return {
      meanSums: this.#take(0, 'means', [undefined]).slice(),
      varianceSums: this.#take(1, 'variances', [undefined]).slice(),
      factor: this.#take(2, 'factor', [1])[0] as number,
    };
  }

  /** Gamma and beta of a Scale. */
  affine(hasBias: boolean): { gamma: Float32Array; beta?: Float32Array } {
    this.#expectCount(hasBias ? 2 : 1);
    const gamma = this.#take(0, 'factors', [undefined]).slice();
    return { gamma, ...(hasBias && { beta: this.#take(1, 'offsets', [undefined]).slice() }) };
  }

  #expectCount(needed: number): void {
    const seen = this.#blobs.length;
    if (seen === needed) return;
    const layer = this.#layer;
    if (seen > needed) {
      throw new HwgqError(
        'shape-mismatch',
        `Layer '${layer}' takes ${needed} blobs of weights, and the caffemodel has ${seen} for it. Does the prototxt ` +
          `belong to it, bias_term included?`,
        { layer, seen, needed },
      );
    }
    const names = [...this.#weights.keys()];
    const listed = names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ', …' : '');
    throw new HwgqError(
      'missing-blob',
      `Layer '${layer}' needs ${needed} blobs of weights, and the caffemodel has ${seen} for it. Layers are matched by ` +
        `name; give the caffemodel of this network. This one has weights for: ${listed}.`,
      { layer, seen, needed },
    );
  }

  #take(index: number, what: string, shape: readonly (number | undefined)[]): Float32Array {
    const blob = this.#blobs[index] as Blob;
    if (fits(blob.shape, shape)) return blob.values;
    const layer = this.#layer;
    throw new HwgqError(
      'shape-mismatch',
      `Layer '${layer}' needs ${what} of ${shape.map((size) => size ?? 'n').join('×')}, and the caffemodel has ` +
        `${blob.shape.join('×')}. Are prototxt and caffemodel of the same network?`,
      { layer },
    );
  }
}

/** Compares from the last dimension: old files give every blob four, filled up with ones in front. */
function fits(seen: readonly number[], needed: readonly (number | undefined)[]): boolean {
  const dimensions = Math.max(seen.length, needed.length);
  for (let fromEnd = 1; fromEnd <= dimensions; fromEnd++) {
    const size = seen.at(-fromEnd) ?? 1;
    const isOpen = fromEnd <= needed.length && needed.at(-fromEnd) === undefined;
    if (!isOpen && size !== (needed.at(-fromEnd) ?? 1)) return false;
  }
  return true;
}
