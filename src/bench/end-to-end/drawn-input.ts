import { channelCount, type Preprocessing } from '../../image/preprocessing.ts';

/** Places of the network's channels in an RGBA pixel. Green stands for gray. */
const PLACES = { bgr: [2, 1, 0], rgb: [0, 1, 2], gray: [1] } as const;

/** Draws pictures at a network's input size on one canvas, and reads them back. */
export class DrawnInput {
  readonly #preprocessing: Preprocessing;
  readonly #context: CanvasRenderingContext2D;

  constructor(preprocessing: Preprocessing) {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: preprocessing.width, height: preprocessing.height });
    this.#context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    this.#preprocessing = preprocessing;
  }

  /** Returns the pixels of a picture, stretched to the input size. */
  async #pixels(picture: CanvasImageSource | Blob): Promise<Uint8ClampedArray> {
    const { width, height } = this.#preprocessing;
    const isFile = picture instanceof Blob;
    const image = isFile ? await createImageBitmap(picture) : picture;
    this.#context.drawImage(image, 0, 0, width, height);
    if (isFile) (image as ImageBitmap).close();
    return this.#context.getImageData(0, 0, width, height).data;
  }

  /** Returns a picture as float32 [channel][row][column], with the means subtracted, after scaling. */
  planar(picture: CanvasImageSource | Blob): Promise<Float32Array<ArrayBuffer>> {
    const { width, height } = this.#preprocessing;
    return this.#floats(picture, width * height, 1);
  }

  /** Returns the same numbers as [row][column][channel]. */
  interleaved(picture: CanvasImageSource | Blob): Promise<Float32Array<ArrayBuffer>> {
    return this.#floats(picture, 1, channelCount(this.#preprocessing.channels));
  }

  /**
   * @param channelStride distance from a channel to the next.
   * @param pixelStride distance from a pixel to the next.
   */
  async #floats(picture: CanvasImageSource | Blob, channelStride: number, pixelStride: number) {
    const data = await this.#pixels(picture);
    const { width, height, channels, mean, scale } = this.#preprocessing;
    const size = width * height;
    const floats = new Float32Array(channelCount(channels) * size);
    for (const [channel, place] of PLACES[channels].entries()) {
      const shift = mean.kind === 'channels' ? (mean.values[channel] ?? 0) : 0;
      const start = channel * channelStride;
      for (let pixel = 0; pixel < size; pixel++) {
        floats[start + pixel * pixelStride] = ((data[pixel * 4 + place] as number) - shift) * scale;
      }
    }
    return floats;
  }
}

/** Returns the index of the highest score. */
export function bestClass(scores: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < scores.length; index++) {
    if ((scores[index] as number) > (scores[best] as number)) best = index;
  }
  return best;
}
