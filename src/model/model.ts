import type { Graph } from '../graph/graph.ts';
import type { Preprocessing } from '../image/preprocessing.ts';

/** A file that a model was made from. */
export interface SourceFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, lower-case hexadecimal. */
  readonly sha256: string;
}

/** Where a model comes from. */
export interface Provenance {
  /** The program that wrote it, with its version. */
  readonly generator: string;
  readonly sources: readonly SourceFile[];
  /** Under what terms the weights may be used. */
  readonly licence: string;
}

/** Everything in a `.hwgq` file. */
export interface Model {
  readonly graph: Graph;
  readonly preprocessing: Preprocessing;
  /** One a class, in the order of the scores; absent where nobody gave any. */
  readonly labels?: readonly string[];
  readonly provenance: Provenance;
}
