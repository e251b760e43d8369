import { classifyVideo } from './camera-frames.ts';
import type { PictureEngine, PictureEngineStart, PictureTimes, StillPicture } from './picture-engine.ts';

/** The part of `@mediapipe/tasks-vision` that is used. The package's `exports` hide its types. */
interface MediaPipe {
  readonly FilesetResolver: { forVisionTasks(folder: string): Promise<unknown> };
  readonly ImageClassifier: { createFromOptions(files: unknown, options: object): Promise<ImageClassifier> };
}

interface ImageClassifier {
  classify(image: TexImageSource): ImageClassifierResult;
  classifyForVideo(video: HTMLVideoElement, timestamp: number): ImageClassifierResult;
  setOptions(options: object): Promise<void>;
}

interface ImageClassifierResult {
  readonly classifications: readonly { readonly categories: readonly { readonly index: number }[] }[];
}

/** Starts MediaPipe's image classifier in the page's main thread, on the CPU. It preprocesses pictures itself. */
export async function startMediaPipePictures({ model, peersUrl }: PictureEngineStart): Promise<PictureEngine> {
  const folder = `${peersUrl}mediapipe/`;
  const { FilesetResolver, ImageClassifier } = (await import(
    /* @vite-ignore */ `${folder}vision_bundle.mjs`
  )) as MediaPipe;
  const files = await FilesetResolver.forVisionTasks(folder.replace(/\/$/, ''));
  const options = { baseOptions: { modelAssetPath: model, delegate: 'CPU' }, runningMode: 'IMAGE', maxResults: 5 };
  return new MediaPipePictures(await ImageClassifier.createFromOptions(files, options));
}

class MediaPipePictures implements PictureEngine {
  readonly #classifier: ImageClassifier;

  constructor(classifier: ImageClassifier) {
    this.#classifier = classifier;
  }

  async classify(picture: StillPicture): Promise<PictureTimes> {
    const start = performance.now();
    if (picture instanceof Blob) {
      const bitmap = await createImageBitmap(picture);
      labelOf(this.#classifier.classify(bitmap));
      bitmap.close();
    } else labelOf(this.#classifier.classify(picture));
    return { total: performance.now() - start };
  }

  async classifyFrames(camera: MediaStream, count: number): Promise<readonly PictureTimes[]> {
    await this.#classifier.setOptions({ runningMode: 'VIDEO' });
    return classifyVideo(camera, count, async (video) =>
      labelOf(this.#classifier.classifyForVideo(video, performance.now())),
    );
  }
}

function labelOf({ classifications }: ImageClassifierResult): number {
  const label = classifications[0]?.categories[0]?.index;
  if (label === undefined) throw new Error('MediaPipe returned no category.');
  return label;
}
