import fc from 'fast-check';
import { expect, it } from 'vitest';
import { onWhite } from '../../src/image/composite.ts';
import { filterTaps } from '../../src/image/filter-taps.ts';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import type { Preprocessing } from '../../src/image/preprocessing.ts';
import { takesIntegers } from '../../src/image/preprocessing.ts';
import { resize } from '../../src/image/resize.ts';
import { enlargedDigit, mnistDigits } from '../support/golden.ts';
import { describeShared } from '../support/shared.ts';

const BGR: Preprocessing = {
  channels: 'bgr',
  width: 2,
  height: 1,
  fit: { method: 'stretch' },
  mean: { kind: 'channels', values: [104, 117, 123] },
  scale: 0.5,
};
const DIGIT: Preprocessing = {
  channels: 'gray',
  width: 28,
  height: 28,
  fit: { method: 'digit' },
  mean: { kind: 'channels', values: [0] },
  scale: 1 / 256,
};

function grayPicture(width: number, height: number, valueAt: (x: number, y: number) => number) {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.fill(valueAt(pixel % width, Math.floor(pixel / width)), pixel * 4, pixel * 4 + 3);
  }
  return { width, height, data };
}

it('composites every colour and alpha on white, to the nearest byte', () => {
  for (let alpha = 0; alpha < 256; alpha++) {
    for (let colour = 0; colour < 256; colour++) {
      expect(onWhite(colour, alpha)).toBe(Math.round((colour * alpha) / 255) + 255 - alpha);
    }
  }
});

it('converts pixels to planes in the network’s channel order, minus the means', () => {
  const picture = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 255, 40, 50, 60, 255) };
  const bytes = toInputBytes(picture, BGR);
  expect(Array.from(bytes)).toEqual([3, 60, 2, 50, 1, 40]);
  expect(Array.from(toNetworkInput(bytes, BGR))).toEqual([-101, -44, -115, -67, -122, -83]);
  const fraction: Preprocessing = { ...BGR, mean: { kind: 'channels', values: [104.5, 117, 123] } };
  expect(takesIntegers(fraction)).toBe(false);
  expect(Array.from(toNetworkInput(bytes, fraction))).toEqual([-50.75, -22.25, -57.5, -33.5, -61, -41.5]);
});

it('rejects a picture whose data does not match its size', () => {
  const wrong = { width: 2, height: 2, data: new Uint8Array(4) };
  expect(() => toInputBytes(wrong, BGR)).toThrow(expect.objectContaining({ code: 'invalid-image' }));
});

const size = fc.integer({ min: 1, max: 40 });

it('resamples with coefficients that sum to one and stay inside the picture', () => {
  fc.assert(
    fc.property(size, size, (from, to) => {
      for (const { first, coefficients } of filterTaps(from, to)) {
        expect(coefficients.reduce((sum, value) => sum + value, 0)).toBe(2 ** 14);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(first + coefficients.length).toBeLessThanOrEqual(from);
      }
    }),
  );
});

it('keeps a uniform picture uniform, and resizes a mirrored picture to the mirrored result', () => {
  fc.assert(
    fc.property(size, size, fc.uint8Array({ minLength: 40, maxLength: 40 }), (from, to, values) => {
      const row = values.subarray(0, from);
      const shape = (width: number) => ({ width, height: 1 });
      const uniform = new Uint8Array(from).fill(values[0] as number);
      expect(new Set(resize(uniform, 1, shape(from), shape(to)))).toEqual(new Set([values[0]]));
      const mirrored = resize(row.toReversed(), 1, shape(from), shape(to)).reverse();
      const straight = resize(row, 1, shape(from), shape(to));
      for (const [index, value] of straight.entries()) {
        expect(Math.abs(value - (mirrored[index] as number))).toBeLessThanOrEqual(1);
      }
    }),
  );
});

it('crops the center of the stretched picture', () => {
  const crop: Preprocessing = { ...DIGIT, width: 4, height: 4, fit: { method: 'crop', resize: 8 } };
  const bytes = toInputBytes(
    grayPicture(8, 8, (x, y) => y * 8 + x),
    crop,
  );
  expect(Array.from(bytes.subarray(0, 4))).toEqual([18, 19, 20, 21]);
  expect(bytes[15]).toBe(45);
});

it('gives the same input for a digit at any position, dark on light or light on dark', () => {
  const stroke = (x: number, y: number) => (x >= 0 && x < 12 && y >= 0 && y < 50 ? 255 : 0);
  const reference = toInputBytes(
    grayPicture(100, 100, (x, y) => stroke(x - 40, y - 20)),
    DIGIT,
  );
  expect(reference.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0);
  expect(
    toInputBytes(
      grayPicture(100, 100, (x, y) => stroke(x - 5, y - 45)),
      DIGIT,
    ),
  ).toEqual(reference);
  expect(
    toInputBytes(
      grayPicture(100, 100, (x, y) => 255 - stroke(x - 70, y - 9)),
      DIGIT,
    ),
  ).toEqual(reference);
});

it('converts an empty picture to an empty field', () => {
  expect(
    toInputBytes(
      grayPicture(50, 50, () => 255),
      DIGIT,
    ).every((value) => value === 0),
  ).toBe(true);
});

/** Returns the sum of the differences between two digits, the first moved by some pixels. */
function differenceWhenMoved(seen: Uint8Array, digit: Uint8Array, byX: number, byY: number): number {
  let sum = 0;
  for (let y = 0; y < 28; y++) {
    for (let x = 0; x < 28; x++) {
      const [fromX, fromY] = [x - byX, y - byY];
      const isInside = fromX >= 0 && fromX < 28 && fromY >= 0 && fromY < 28;
      sum += Math.abs((isInside ? (seen[fromY * 28 + fromX] as number) : 0) - (digit[y * 28 + x] as number));
    }
  }
  return sum;
}

describeShared('MNIST’s own digits', () => {
  it('return to their original position, nearly unchanged, from a larger picture', () => {
    const digits = mnistDigits();
    const steps = [-2, -1, 0, 1, 2];
    const moves = steps.flatMap((byY) => steps.map((byX) => ({ byX, byY })));
    const count = 300;
    const results = Array.from({ length: count }, (_, index) => {
      const digit = digits.subarray(index * 784, (index + 1) * 784);
      const seen = toInputBytes(enlargedDigit(digit), DIGIT);
      const ink = digit.reduce((sum, value) => sum + value, 0);
      const differences = moves.map((move) => ({
        ...move,
        share: differenceWhenMoved(seen, digit, move.byX, move.byY) / ink,
      }));
      return differences.reduce((best, other) => (other.share < best.share ? other : best));
    });
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / count;
    expect(Math.abs(mean(results.map(({ byX }) => byX)))).toBeLessThan(0.02);
    expect(Math.abs(mean(results.map(({ byY }) => byY)))).toBeLessThan(0.02);
    expect(results.filter(({ byX, byY }) => byX !== 0 || byY !== 0).length).toBeLessThan(0.03 * count);
    expect(mean(results.map(({ share }) => share))).toBeLessThan(0.18);
  });
});

it('resizes the shorter side, keeps the aspect ratio, and crops the center', () => {
  const fit = { method: 'shorterSide', resize: 8 } as const;
  const shorter: Preprocessing = { ...DIGIT, width: 4, height: 4, fit };
  // It is 8 pixels high already, so nothing is resampled: the crop is columns 8 to 11 of 21 and rows 2 to 5.
  const wide = toInputBytes(
    grayPicture(21, 8, (x, y) => y * 21 + x),
    shorter,
  );
  expect(Array.from(wide.subarray(0, 4))).toEqual([50, 51, 52, 53]);
  expect(wide[15]).toBe(5 * 21 + 11);
  const tall = toInputBytes(
    grayPicture(8, 21, (x, y) => y * 8 + x),
    shorter,
  );
  expect(Array.from(tall.subarray(0, 4))).toEqual([66, 67, 68, 69]);
  const square = grayPicture(30, 30, (x, y) => x * 8 - y);
  expect(toInputBytes(square, shorter)).toEqual(toInputBytes(square, { ...shorter, fit: { ...fit, method: 'crop' } }));
});

it('accepts a picture of a million columns', () => {
  const picture = grayPicture(1_000_000, 1, () => 7);
  expect(Array.from(toInputBytes(picture, BGR))).toEqual(Array(6).fill(7));
});

it('reads no pixels beyond the crop and its filter', () => {
  const crop: Preprocessing = { ...BGR, width: 1, height: 1, fit: { method: 'crop', resize: 11 } };
  const { width, height, data } = grayPicture(110, 110, () => 7);
  const read = new Set<number>();
  const watched = new Proxy(data, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) read.add(Math.floor(Number(key) / 4));
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  expect(Array.from(toInputBytes({ width, height, data: watched }, crop))).toEqual([7, 7, 7]);
  expect(read.size).toBe(20 * 20);
});
