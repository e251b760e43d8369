import type { Picture } from '../../image/picture.ts';
import type { Evaluation } from './evaluation.ts';

/** Approximate width and height of the picture in pixels, independent of the number of classes. */
const SIDE = 1000;
/** Minimum cell size, in pixels, for numbers and grid lines. */
const MIN_CELL_WITH_NUMBERS = 24;
const SHADE = [35, 54, 201] as const;
const LINE = [211, 216, 215] as const;
const INK = [21, 24, 28] as const;
const PAPER = [255, 255, 255] as const;

/** Bitmaps of the digits, 3 × 5 pixels, three bits per row. */
const DIGITS = [
  0b111101101101111, 0b010110010010111, 0b111001111100111, 0b111001111001111, 0b101101111001001, 0b111100111001111,
  0b111100111101111, 0b111001001001001, 0b111101111101111, 0b111101111001111,
] as const;
const DIGIT_WIDTH = 3;
const DIGIT_HEIGHT = 5;

type Colour = readonly [number, number, number];

/**
 * Draws the confusion matrix: a row per actual class and a column per predicted class, in the order of the scores, shaded
 * by the share of the row. Large cells contain the number of pictures, and a margin the class indices.
 */
export function confusionPicture(evaluation: Evaluation): Picture {
  const { classes } = evaluation;
  const cell = Math.max(1, Math.floor(SIDE / (classes + 1)));
  const hasNumbers = cell >= MIN_CELL_WITH_NUMBERS;
  const margin = hasNumbers ? cell : 0;
  const canvas = new Canvas(margin + classes * cell);
  const totals = evaluation.perClass().map(({ pictures }) => pictures);
  for (let actual = 0; actual < classes; actual++) {
    for (let predicted = 0; predicted < classes; predicted++) {
      const pictures = evaluation.count(actual, predicted);
      // The square root makes small shares visible.
      const share = pictures && Math.sqrt(pictures / (totals[actual] as number));
      const [x, y] = [margin + predicted * cell, margin + actual * cell];
      canvas.fill(x, y, cell, hasNumbers ? LINE : mix(share));
      if (!hasNumbers) continue;
      canvas.fill(x + 1, y + 1, cell - 1, mix(share));
      if (pictures > 0) canvas.write(String(pictures), x, y, cell, share > 0.5 ? PAPER : INK);
    }
    if (!hasNumbers) continue;
    canvas.write(String(actual), 0, margin + actual * cell, cell, INK);
    canvas.write(String(actual), margin + actual * cell, 0, cell, INK);
  }
  return canvas;
}

function mix(share: number): Colour {
  const part = (index: 0 | 1 | 2) => Math.round(PAPER[index] + (SHADE[index] - PAPER[index]) * share);
  return [part(0), part(1), part(2)];
}

/** A square RGBA picture, initially white. */
class Canvas implements Picture {
  readonly data: Uint8ClampedArray;
  readonly height: number;

  constructor(readonly width: number) {
    this.height = width;
    this.data = new Uint8ClampedArray(width * width * 4).fill(255);
  }

  fill(left: number, top: number, side: number, colour: Colour): void {
    for (let y = top; y < top + side; y++) for (let x = left; x < left + side; x++) this.#dot(x, y, colour);
  }

  /** Writes a number at the center of a square. */
  write(digits: string, left: number, top: number, side: number, colour: Colour): void {
    const advance = DIGIT_WIDTH + 1;
    const size = Math.max(1, Math.floor(Math.min((side - 4) / (digits.length * advance), side / (DIGIT_HEIGHT * 3))));
    const startX = left + Math.floor((side - (digits.length * advance - 1) * size) / 2);
    const startY = top + Math.floor((side - DIGIT_HEIGHT * size) / 2);
    for (const [place, digit] of [...digits].entries()) {
      const dots = DIGITS[Number(digit)] as number;
      for (let dot = 0; dot < DIGIT_WIDTH * DIGIT_HEIGHT; dot++) {
        if (((dots >> (DIGIT_WIDTH * DIGIT_HEIGHT - 1 - dot)) & 1) === 0) continue;
        const column = place * advance + (dot % DIGIT_WIDTH);
        this.fill(startX + column * size, startY + Math.floor(dot / DIGIT_WIDTH) * size, size, colour);
      }
    }
  }

  #dot(x: number, y: number, [red, green, blue]: Colour): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    this.data.set([red, green, blue], (y * this.width + x) * 4);
  }
}
