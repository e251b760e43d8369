import { toInputBytes } from '../../../image/input.ts';
import type { Preprocessing } from '../../../image/preprocessing.ts';
import { byId } from '../../shared/dom.ts';

/** Draws the network's input pixels at their own size. CSS scales them up. */
export class NetworkView {
  readonly #canvas = byId('seen-pixels', HTMLCanvasElement);

  reset({ width, height }: Preprocessing): void {
    this.#canvas.width = width;
    this.#canvas.height = height;
    byId('seen-size', HTMLElement).textContent = `It sees ${width}×${height}`;
  }

  clear(): void {
    const { width, height } = this.#canvas;
    this.#canvas.getContext('2d')?.clearRect(0, 0, width, height);
  }

  show(picture: ImageData, preprocessing: Preprocessing): void {
    const { width, height } = preprocessing;
    const planes = toInputBytes(picture, preprocessing);
    this.#canvas.getContext('2d')?.putImageData(toImageData(planes, width, height, preprocessing.channels), 0, 0);
  }
}

function toImageData(
  planes: Uint8Array,
  width: number,
  height: number,
  channels: Preprocessing['channels'],
): ImageData {
  const area = width * height;
  const [red, green, blue] = { gray: [0, 0, 0] as const, rgb: [0, 1, 2] as const, bgr: [2, 1, 0] as const }[channels];
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < area; pixel++) {
    image.data[pixel * 4] = planes[red * area + pixel] as number;
    image.data[pixel * 4 + 1] = planes[green * area + pixel] as number;
    image.data[pixel * 4 + 2] = planes[blue * area + pixel] as number;
    image.data[pixel * 4 + 3] = 255;
  }
  return image;
}
