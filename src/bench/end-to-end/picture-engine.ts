import type { Preprocessing } from '../../image/preprocessing.ts';

/** The times of one picture, in milliseconds. */
export interface PictureTimes {
  /** From the call, or from the arrival of a camera's frame, to the label in the page. */
  readonly total: number;
  /** The network alone, if the engine reports it. */
  readonly network?: number;
  /** Preprocessing on the CPU, if the engine reports it. */
  readonly preprocess?: number;
}

/** A picture that is classified with a single call. */
export type StillPicture = HTMLCanvasElement | Blob;

/** An engine that is ready to classify pictures of a page, as its documentation shows. */
export interface PictureEngine {
  classify(picture: StillPicture): Promise<PictureTimes>;
  /** Classifies the next `count` frames of a camera. */
  classifyFrames(camera: MediaStream, count: number): Promise<readonly PictureTimes[]>;
}

/** Arguments for starting an engine. */
export interface PictureEngineStart {
  /** URL of the model. */
  readonly model: string;
  readonly preprocessing: Preprocessing;
  readonly threads: number;
  /** URL of the folder with the peers' files; it ends with a slash. */
  readonly peersUrl: string;
}
