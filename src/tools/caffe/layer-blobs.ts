import { HwgqError } from '../../errors.ts';
import type { Weights } from '../../graph/weights.ts';
import type { Blob } from './blob.ts';
import type { CaffeWeights } from './caffemodel.ts';

/** Maximum number of layer names that an error lists. */
const MAX_NAMES = 12;

/**
 * Provides the blobs of one layer and checks their number and shapes. Weights are views into the caffemodel. Small
 * tensors are copied, so that they do not keep a large file in memory.
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
   * Returns the weights and bias of a convolution or fully connected layer.
   * @param shape the shape of the weights, with undefined for a dimension that depends on the input. `validateGraph`
   *   checks that dimension.
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

  /** Returns the sums of a BatchNorm and the factor that divides them. */
  statistics(): { meanSums: Float32Array; varianceSums: Float32Array; factor: number } {
    this.#expectCount(3);
    return {
      meanSums: this.#take(0, 'means', [undefined]).slice(),
      varianceSums: this.#take(1, 'variances', [undefined]).slice(),
      factor: this.#take(2, 'factor', [1])[0] as number,
    };
  }

  /** Returns the gammas and betas of a Scale. */
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
        `Layer '${layer}' needs ${needed} blobs and the caffemodel has ${seen}. Check that prototxt and caffemodel belong ` +
          `to the same network, and its bias_term.`,
        { layer, seen, needed },
      );
    }
    const names = [...this.#weights.keys()];
    const listed = names.slice(0, MAX_NAMES).join(', ') + (names.length > MAX_NAMES ? ', …' : '');
    throw new HwgqError(
      'missing-blob',
      `Layer '${layer}' needs ${needed} blobs and the caffemodel has ${seen}. Pass the caffemodel of this network; layers ` +
        `are matched by name. This one has weights for: ${listed}.`,
      { layer, seen, needed },
    );
  }

  #take(index: number, name: string, shape: readonly (number | undefined)[]): Float32Array {
    const blob = this.#blobs[index] as Blob;
    if (matches(blob.shape, shape)) return blob.values;
    const layer = this.#layer;
    throw new HwgqError(
      'shape-mismatch',
      `Layer '${layer}' needs ${name} of shape ${shape.map((size) => size ?? 'n').join('×')} and the caffemodel has ` +
        `${blob.shape.join('×')}. Check that prototxt and caffemodel belong to the same network.`,
      { layer },
    );
  }
}

/** Compares shapes from the last dimension, since old files have four dimensions with leading ones. */
function matches(seen: readonly number[], needed: readonly (number | undefined)[]): boolean {
  const dimensions = Math.max(seen.length, needed.length);
  for (let fromEnd = 1; fromEnd <= dimensions; fromEnd++) {
    const size = seen.at(-fromEnd) ?? 1;
    const isOpen = fromEnd <= needed.length && needed.at(-fromEnd) === undefined;
    if (!isOpen && size !== (needed.at(-fromEnd) ?? 1)) return false;
  }
  return true;
}
