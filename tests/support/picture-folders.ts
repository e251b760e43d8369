import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { DRAWN_DIGITS } from '../e2e/digits.ts';
import { mnistDigits, mnistLabels } from './golden.ts';

/** A square gray picture and its class. */
export interface LabelledPicture {
  readonly label: string;
  readonly pixels: Uint8Array;
}

const MNIST_SIDE = 28;
const DRAWN_SIDE = 96;
const PEN_RADIUS = 3;

/** Writes pictures as PNG files into one folder per class. */
export function writePictureFolders(root: string, pictures: readonly LabelledPicture[]): void {
  for (const [index, { label, pixels }] of pictures.entries()) {
    const folder = join(root, label);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${String(index).padStart(5, '0')}.png`), asPng(pixels));
  }
}

/** Returns the first digits of the MNIST test set. */
export function mnistPictures(count: number): LabelledPicture[] {
  const [digits, labels] = [mnistDigits(), mnistLabels()];
  const area = MNIST_SIDE ** 2;
  return Array.from({ length: count }, (_, index) => ({
    label: String(labels[index]),
    pixels: digits.subarray(index * area, (index + 1) * area),
  }));
}

/** Returns twenty generated digits, dark ink on light paper. */
export function drawnPictures(): LabelledPicture[] {
  return DRAWN_DIGITS.map(({ digit, strokes }) => {
    const pixels = new Uint8Array(DRAWN_SIDE ** 2).fill(255);
    for (const stroke of strokes) {
      for (const [index, [x, y]] of stroke.entries()) {
        const [fromX, fromY] = stroke[Math.max(0, index - 1)] ?? [x, y];
        for (let step = 0; step <= DRAWN_SIDE; step++) {
          const part = step / DRAWN_SIDE;
          blot(pixels, (fromX + (x - fromX) * part) * DRAWN_SIDE, (fromY + (y - fromY) * part) * DRAWN_SIDE);
        }
      }
    }
    return { label: digit, pixels };
  });
}

function blot(pixels: Uint8Array, centerX: number, centerY: number): void {
  for (let y = Math.ceil(centerY - PEN_RADIUS); y <= centerY + PEN_RADIUS; y++) {
    const [start, end] = [Math.ceil(centerX - PEN_RADIUS), Math.floor(centerX + PEN_RADIUS)];
    if (y >= 0 && y < DRAWN_SIDE)
      pixels.fill(0, y * DRAWN_SIDE + Math.max(0, start), y * DRAWN_SIDE + Math.max(0, end));
  }
}

function asPng(pixels: Uint8Array): Buffer {
  const side = Math.sqrt(pixels.length);
  const png = new PNG({ width: side, height: side });
  for (const [index, value] of pixels.entries()) png.data.set([value, value, value, 255], index * 4);
  return PNG.sync.write(png);
}
