import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GrayPicture, y4m } from '../support/y4m.ts';
import { DRAWN_DIGITS, type Place } from './digits.ts';

const WIDTH = 320;
const HEIGHT = 240;
const PAPER = 235;
const INK = 16;
/** Half the stroke width, as a share of the drawing's side. */
const RADIUS = 0.04;
const FRAMES_PER_SECOND = 10;

/** Writes a Y4M video for Chromium's fake camera that shows the given digits for one second each, in a loop. */
export function writeDigitFilm(digits: readonly string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'hwgq-camera-')), 'digits.y4m');
  writeFileSync(
    path,
    y4m(
      digits.flatMap((digit) => Array(FRAMES_PER_SECOND).fill(digitPicture(digit))),
      FRAMES_PER_SECOND,
    ),
  );
  return path;
}

/** Draws a digit on paper in the central square of the picture. */
export function digitPicture(digit: string): GrayPicture {
  const strokes = DRAWN_DIGITS.find((drawn) => drawn.digit === digit)?.strokes ?? [];
  const segments = strokes.flatMap((stroke) =>
    stroke.slice(1).map((end, index) => [stroke[index] as Place, end] as const),
  );
  const left = (WIDTH - HEIGHT) / 2;
  const pixels = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
    const place: Place = [((index % WIDTH) - left) / HEIGHT, Math.floor(index / WIDTH) / HEIGHT];
    return segments.some(([from, to]) => distance(place, from, to) < RADIUS) ? INK : PAPER;
  });
  return { width: WIDTH, height: HEIGHT, pixels };
}

/** Returns the distance from a point to a segment. */
function distance([x, y]: Place, [x1, y1]: Place, [x2, y2]: Place): number {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [alongX, alongY] = [(x2 - x1) / length, (y2 - y1) / length];
  const along = Math.min(length, Math.max(0, (x - x1) * alongX + (y - y1) * alongY));
  return Math.hypot(x - x1 - along * alongX, y - y1 - along * alongY);
}
