import type { BackendDescription } from './runner.ts';

/** How scores become categories; the names are those of MediaPipe's image classifier. */
export interface ClassificationOptions {
  /** How many categories at the most, best first. Default: 5. Below zero: all. */
  readonly maxResults?: number | undefined;
  /**
   * Lowest score of a category, 0 to 1. Default: 0.
   *
   * Categories with a lower score are left out of `categories`. If none is left, the classifier is *unsure*: show that
   * instead of a label. The `score-threshold` of `<hwgq-classifier>` means the same, with a default of 0.5.
   */
  readonly scoreThreshold?: number | undefined;
  /** Only these labels. Not together with `categoryDenylist`. */
  readonly categoryAllowlist?: readonly string[] | undefined;
  /** All but these labels. */
  readonly categoryDenylist?: readonly string[] | undefined;
  /** Give all scores as well, one a class. Default: false. */
  readonly scores?: boolean | undefined;
}

/** One class that the picture may show. */
export interface Category {
  /** Place among the network's scores. */
  readonly index: number;
  /** The model's label, or the index as text where the model has none. */
  readonly label: string;
  /** Probability, 0 to 1, among all classes (softmax over all scores, before any list or threshold). */
  readonly score: number;
}

/** Milliseconds of one classification. Pictures of a batch that run together have the times of all of them, each. */
export interface Timings {
  /** Drawing, compositing, resizing, cropping; on a GPU that is part of `inference`. */
  readonly preprocess: number;
  /** Network, from the submitted input to the scores in memory. */
  readonly inference: number;
  /** Both, with the waiting between. */
  readonly total: number;
}

/** What one picture was taken for. */
export interface Classification {
  /** Best first. */
  readonly categories: readonly Category[];
  /** All probabilities, in class order, where `scores` asked for them. */
  readonly scores?: Float32Array;
  readonly timings: Timings;
  readonly backend: BackendDescription;
}
