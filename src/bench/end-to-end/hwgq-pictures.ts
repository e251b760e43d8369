import { type BackendName, type Classifier, createClassifier, type SimdLevel } from '../../client/index.ts';
import type { PictureEngine, PictureEngineStart, PictureTimes, StillPicture } from './picture-engine.ts';

/** Starts this project's classifier, which runs in a worker. */
export async function startHwgqPictures(
  { model, threads }: PictureEngineStart,
  backend: BackendName | 'auto',
  simd: SimdLevel | undefined,
): Promise<PictureEngine> {
  const onWasm = backend === 'wasm' ? { threads, ...(simd ? { simd } : {}) } : {};
  return new HwgqPictures(await createClassifier({ model, backend, ...onWasm }));
}

class HwgqPictures implements PictureEngine {
  readonly #classifier: Classifier;

  constructor(classifier: Classifier) {
    this.#classifier = classifier;
  }

  async classify(picture: StillPicture): Promise<PictureTimes> {
    const start = performance.now();
    const { timings } = await this.#classifier.classify(picture);
    return { total: performance.now() - start, network: timings.inference, preprocess: timings.preprocess };
  }

  async classifyFrames(camera: MediaStream, count: number): Promise<readonly PictureTimes[]> {
    const times: PictureTimes[] = [];
    for await (const { timings } of this.#classifier.stream(camera)) {
      times.push({ total: timings.latency, network: timings.inference, preprocess: timings.preprocess });
      if (times.length === count) break;
    }
    return times;
  }
}
