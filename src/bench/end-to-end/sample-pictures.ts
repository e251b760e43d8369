import type { Size } from '../../image/picture.ts';
import { Random } from '../../tools/networks/random.ts';

/** Quality of the JPEG files. Cameras and photo editors use about this value. */
const JPEG_QUALITY = 0.9;
const NOISE_SIZE = 256;
/** Markers of JPEG. Chromium's encoder adds a profile. */
const [START_OF_SCAN, PROFILE] = [0xffda, 0xffe2];

/**
 * Draws an opaque picture with gradients, edges and noise, whose JPEG file is about as large as that of a photograph.
 */
export function drawSamplePicture({ width, height }: Size): HTMLCanvasElement {
  const [canvas, context] = newCanvas({ width, height });
  const gradient = context.createLinearGradient(0, 0, width, height);
  for (const [position, colour] of ['#274', '#db8', '#468', '#fda'].entries()) {
    gradient.addColorStop(position / 3, colour);
  }
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  const random = new Random(1);
  const share = () => (random.word() >>> 0) / 2 ** 32;
  for (let index = 0; index < 60; index++) {
    const radius = (0.02 + 0.1 * share()) * height;
    context.fillStyle = `hsl(${360 * share()} 60% 50% / 60%)`;
    context.beginPath();
    context.ellipse(width * share(), height * share(), radius, radius * (0.3 + share()), share() * 3, 0, 7);
    context.fill();
  }
  context.fillStyle = noisePattern(context, random);
  context.fillRect(0, 0, width, height);
  return canvas;
}

/** Draws a single pixel, so that browsers do not reuse the result of an earlier reading of the canvas. */
export function changeCanvas(canvas: HTMLCanvasElement, run: number): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  context.fillStyle = `rgb(${run % 256} 128 128)`;
  context.fillRect(run % canvas.width, 0, 1, 1);
}

/** Encodes a canvas as a JPEG file without a colour profile. Most photographs on the web have none. */
export async function toJpeg(canvas: HTMLCanvasElement): Promise<Blob> {
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY));
  if (!file) throw new Error('The browser could not encode a JPEG file.');
  const bytes = new DataView(await file.arrayBuffer());
  for (let at = 2; bytes.getUint16(at) !== START_OF_SCAN; at += 2 + bytes.getUint16(at + 2)) {
    if (bytes.getUint16(at) !== PROFILE) continue;
    return new Blob([file.slice(0, at), file.slice(at + 2 + bytes.getUint16(at + 2))], { type: file.type });
  }
  return file;
}

function noisePattern(context: CanvasRenderingContext2D, random: Random): CanvasPattern {
  const [canvas, tile] = newCanvas({ width: NOISE_SIZE, height: NOISE_SIZE });
  const image = new ImageData(NOISE_SIZE, NOISE_SIZE);
  const pixels = new Uint32Array(image.data.buffer);
  for (const index of pixels.keys()) {
    const gray = random.word() >>> 24;
    pixels[index] = (28 << 24) | (gray << 16) | (gray << 8) | gray;
  }
  tile.putImageData(image, 0, 0);
  return context.createPattern(canvas, 'repeat') as CanvasPattern;
}

function newCanvas({ width, height }: Size): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  return [canvas, canvas.getContext('2d') as CanvasRenderingContext2D];
}
