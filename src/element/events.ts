import type { Classification, ClassifierInfo, HwgqError, LoadProgress, StreamResult } from '../client/index.ts';

/** Detail of a `result` event. */
export interface ResultDetail {
  /** Label of the best category; undefined if no category reaches `scoreThreshold`. */
  readonly label: string | undefined;
  /** Result as `Classifier.classify` returns it for an image, or `Classifier.stream` for a video or camera. */
  readonly result: Classification | StreamResult;
}

/** The element's own events. They do not bubble; only `error` can be canceled. */
export interface HwgqClassifierEventMap {
  load: CustomEvent<ClassifierInfo>;
  progress: CustomEvent<LoadProgress>;
  result: CustomEvent<ResultDetail>;
  error: CustomEvent<HwgqError>;
}
