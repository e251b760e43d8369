import type { BackendDescription } from './runner.ts';

/** Options that turn scores into categories. They have the names of MediaPipe's image classifier. */
export interface ClassificationOptions {
  /** Maximum number of categories. A negative number returns all of them. Default: 5. */
  readonly maxResults?: number | undefined;
  /**
   * Lowest score of a category, 0 to 1. Default: 0.
   *
   * Categories with a lower score are left out of `categories`. If none is left, the classifier is *unsure*: show that
   * instead of a label. The `score-threshold` of `<hwgq-classifier>` means the same, with a default of 0.5.
   */
  readonly scoreThreshold?: number | undefined;
  /** The only labels to return. It cannot be combined with `categoryDenylist`. */
  readonly categoryAllowlist?: readonly string[] | undefined;
  /** Labels to leave out. It cannot be combined with `categoryAllowlist`. */
  readonly categoryDenylist?: readonly string[] | undefined;
  /** Also returns the scores of all classes. Default: false. */
  readonly scores?: boolean | undefined;
}

/** One class that the picture may show. */
export interface Category {
  /** The index of the class among the network's outputs. */
  readonly index: number;
  /** The model's label of the class, or the index as text if the model has no labels. */
  readonly label: string;
  /** The probability of the class, 0 to 1: a softmax over all classes, before lists and thresholds apply. */
  readonly score: number;
}

/** The times of one classification, in milliseconds. Each picture of a batch that runs at once has the times of the batch. */
export interface Timings {
  /** Drawing, compositing, resizing and cropping on the CPU. On a GPU this is part of `inference`. */
  readonly preprocess: number;
  /** The network, from submitting the input to having the scores in memory. */
  readonly inference: number;
  /** Both, and the time spent waiting between them. */
  readonly total: number;
}

/** The classes that a picture may show. */
export interface Classification {
  /** The categories that pass the options, best first. */
  readonly categories: readonly Category[];
  /** The probabilities of all classes, in the order of `index`. Only with the option `scores`. */
  readonly scores?: Float32Array | undefined;
  readonly timings: Timings;
  /** The backend that ran it. */
  readonly backend: BackendDescription;
}
