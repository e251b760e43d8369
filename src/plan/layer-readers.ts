import type { Graph, Layer } from '../graph/graph.ts';
import { isLevelQuantizer } from '../numerics/quantizer.ts';

/**
 * Answers which layers read a value, and in which form. It considers the whole graph, including layers that the
 * requested blobs do not depend on, so that plans for different blobs compute the same values.
 */
export class LayerReaders {
  readonly #readers = new Map<string, Layer[]>();
  /** The values that a reader needs as floats, directly or through layers that are folded. */
  readonly #asFloats = new Set<string>();
  /** The values that something other than a fully connected layer reads, directly or after dropout. */
  readonly #elsewhere = new Set<string>();

  constructor({ layers }: Graph) {
    for (const layer of layers) {
      for (const value of new Set(layer.inputs)) {
        const readers = this.#readers.get(value);
        if (readers) readers.push(layer);
        else this.#readers.set(value, [layer]);
      }
    }
    // The readers of a layer come after it.
    for (const layer of layers.toReversed()) {
      const isElsewhere = layer.type === 'dropout' ? this.#elsewhere.has(layer.name) : layer.type !== 'innerProduct';
      const asFloats = this.#needsFloats(layer);
      for (const value of layer.inputs) {
        if (asFloats) this.#asFloats.add(value);
        if (isElsewhere) this.#elsewhere.add(value);
      }
    }
  }

  /** Whether several layers read a value and at least one of them needs it as floats. */
  areSeveralWithFloats(value: string): boolean {
    return this.#of(value).length > 1 && this.#asFloats.has(value);
  }

  /** Whether only fully connected layers read a value, directly or after dropout. */
  areFullyConnected(value: string): boolean {
    return !this.#elsewhere.has(value);
  }

  #needsFloats(reader: Layer): boolean {
    switch (reader.type) {
      case 'batchNorm':
      case 'scale':
      case 'relu':
      case 'dropout':
      case 'concat':
      case 'reshape':
        return this.#asFloats.has(reader.name);
      case 'quant':
        return !isLevelQuantizer(reader.quantizer) && this.#asFloats.has(reader.name);
      case 'pooling':
        return reader.method === 'average' || this.#asFloats.has(reader.name);
      default:
        return true;
    }
  }

  #of(value: string): readonly Layer[] {
    return this.#readers.get(value) ?? [];
  }
}
