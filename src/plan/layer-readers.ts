import type { Graph, Layer } from '../graph/graph.ts';
import { isLevelQuantizer } from '../numerics/quantizer.ts';

/**
 * Answers which layers read a value, and in which form. It considers the whole graph, including layers that the
 * requested blobs do not depend on, so that plans for different blobs compute the same values.
 */
export class LayerReaders {
  readonly #readers = new Map<string, Layer[]>();

  constructor({ layers }: Graph) {
    for (const layer of layers) {
      for (const value of new Set(layer.inputs)) this.#readers.set(value, [...this.#of(value), layer]);
    }
  }

  /** Whether several layers read a value and at least one of them needs it as floats. */
  areSeveralWithFloats(value: string): boolean {
    return this.#of(value).length > 1 && this.#needFloats(value);
  }

  /** Whether only fully connected layers read a value, directly or after dropout. */
  areFullyConnected(value: string): boolean {
    return this.#of(value).every((reader) =>
      reader.type === 'dropout' ? this.areFullyConnected(reader.name) : reader.type === 'innerProduct',
    );
  }

  #needFloats(value: string): boolean {
    return this.#of(value).some((reader) => {
      switch (reader.type) {
        case 'batchNorm':
        case 'scale':
        case 'relu':
        case 'dropout':
        case 'concat':
        case 'reshape':
          return this.#needFloats(reader.name);
        case 'quant':
          return !isLevelQuantizer(reader.quantizer) && this.#needFloats(reader.name);
        case 'pooling':
          return reader.method === 'average' || this.#needFloats(reader.name);
        default:
          return true;
      }
    });
  }

  #of(value: string): readonly Layer[] {
    return this.#readers.get(value) ?? [];
  }
}
