import type { Graph } from '../graph/graph.ts';
import type { Preprocessing } from '../image/preprocessing.ts';

/** A file that a model was converted from. */
export interface SourceFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, lower-case hexadecimal. */
  readonly sha256: string;
}

/** The origin of a model. */
export interface Provenance {
  /** The program that wrote it, with its version. */
  readonly generator: string;
  readonly sources: readonly SourceFile[];
  /** The terms under which the weights may be used. */
  readonly licence: string;
}

/** The content of a `.hwgq` file. */
export interface Model {
  readonly graph: Graph;
  readonly preprocessing: Preprocessing;
  /** One label for each class, in the order of the logits; absent if none were given. */
  readonly labels?: readonly string[];
  readonly provenance: Provenance;
  /** What the conversion assumed or left out, in sentences. An optional block of the file. */
  readonly notes?: readonly string[];
}
