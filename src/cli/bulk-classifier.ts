import { availableParallelism } from 'node:os';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import { type ClassifierInfo, PictureClassifier } from '../engine/picture-classifier.ts';
import type { BackendName } from '../engine/runner.ts';
import type { Picture } from '../image/picture.ts';
import { readPictureHeader } from '../node/pictures/picture-header.ts';
import { readModel } from '../node/read-model.ts';
import { nodeGpu } from '../node/webgpu.ts';
import { isEncoded, type StoredPicture } from '../tools/data/data-set.ts';
import { PICTURES_PER_THREAD, PictureThreads } from './picture-threads.ts';

/**
 * Classifies many pictures on all cores. On the CPU, each thread decodes and classifies pictures in a session of its own. On
 * a GPU, threads decode pictures while the GPU runs earlier ones.
 */
export interface BulkClassifier {
  /** The loaded model. */
  readonly info: ClassifierInfo;
  /** The number of pictures that keep all threads busy. */
  readonly picturesInFlight: number;
  /**
   * Classifies pictures. Calls may overlap.
   * @throws HwgqError `invalid-image` if a picture cannot be decoded; `worker` if a thread fails; the errors of
   *   `Session.run`.
   */
  classify(pictures: readonly StoredPicture[]): Promise<readonly Classification[]>;
  /** Ends the threads and frees the model. */
  close(): Promise<void>;
}

/** Options of `createBulkClassifier`. */
export interface BulkOptions {
  readonly backend: BackendName | 'auto';
  /** The number of threads. Default: one per core. */
  readonly threads?: number | undefined;
  /** The number of pictures that will be classified. A few pictures do not need all threads. */
  readonly pictures: number;
  readonly classification: ClassificationOptions;
}

/** A thread starts in about the time in which another classifies this many pictures. */
const MIN_PICTURES_PER_THREAD = 8;
/** The number of pixels that are decoded for one run of a GPU. A picture with more is decoded alone. */
const PIXELS_PER_RUN = 2 ** 24;

/**
 * Starts the threads and loads a model.
 * @param model the path of a `.hwgq` file.
 * @throws HwgqError the errors of `readModel` and `createSession`; `worker` if a thread cannot be started.
 */
export async function createBulkClassifier(model: string, bulk: BulkOptions): Promise<BulkClassifier> {
  const { backend, classification: options, pictures, threads = availableParallelism() } = bulk;
  const count = Math.max(1, Math.min(threads, Math.ceil(pictures / MIN_PICTURES_PER_THREAD)));
  if (backend === 'webgpu') return GpuClassifier.create(model, options, count);
  return new CpuClassifier(await PictureThreads.start({ classify: { model, backend, options } }, count));
}

/** Threads with a session each. This classifies more pictures per second than a session with several threads. */
class CpuClassifier implements BulkClassifier {
  readonly #threads: PictureThreads;

  constructor(threads: PictureThreads) {
    this.#threads = threads;
  }

  get info(): ClassifierInfo {
    return this.#threads.info as ClassifierInfo;
  }

  get picturesInFlight(): number {
    return this.#threads.count * PICTURES_PER_THREAD;
  }

  classify(pictures: readonly StoredPicture[]): Promise<readonly Classification[]> {
    return Promise.all(pictures.map((picture) => this.#threads.run(picture) as Promise<Classification>));
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}

/** A session on a GPU, and threads that decode pictures for it. */
class GpuClassifier implements BulkClassifier {
  readonly #classifier: PictureClassifier;
  readonly #options: ClassificationOptions;
  readonly #threads: PictureThreads;

  private constructor(classifier: PictureClassifier, options: ClassificationOptions, threads: PictureThreads) {
    this.#classifier = classifier;
    this.#options = options;
    this.#threads = threads;
  }

  static async create(path: string, options: ClassificationOptions, threads: number): Promise<GpuClassifier> {
    const { model, bytes } = await readModel(path);
    const gpu = await nodeGpu();
    const classifier = await PictureClassifier.create(model, bytes, { backend: 'webgpu', gpu });
    try {
      return new GpuClassifier(classifier, options, await PictureThreads.start({}, threads));
    } catch (error) {
      classifier.dispose();
      throw error;
    }
  }

  get info(): ClassifierInfo {
    return this.#classifier.info;
  }

  get picturesInFlight(): number {
    return this.#threads.count * PICTURES_PER_THREAD;
  }

  async classify(pictures: readonly StoredPicture[]): Promise<readonly Classification[]> {
    const results: Classification[] = [];
    for (const run of runsOf(pictures)) {
      const decoded = await Promise.all(run.map((picture) => this.#decoded(picture)));
      results.push(...(await this.#classifier.classify(decoded, this.#options)));
    }
    return results;
  }

  async close(): Promise<void> {
    this.#classifier.dispose();
    await this.#threads.close();
  }

  async #decoded(picture: StoredPicture): Promise<Picture> {
    return isEncoded(picture) ? ((await this.#threads.run(picture)) as Picture) : picture;
  }
}

/** Splits pictures into runs of at most `PIXELS_PER_RUN` pixels, or of one picture. */
function runsOf(pictures: readonly StoredPicture[]): StoredPicture[][] {
  const runs: StoredPicture[][] = [];
  let pixels = Number.POSITIVE_INFINITY;
  for (const picture of pictures) {
    const { width = 0, height = 0 } = isEncoded(picture) ? (readPictureHeader(picture.bytes) ?? {}) : picture;
    pixels += width * height;
    if (pixels > PIXELS_PER_RUN) {
      runs.push([]);
      pixels = width * height;
    }
    runs.at(-1)?.push(picture);
  }
  return runs;
}
