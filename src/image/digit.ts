import { resize } from './resize.ts';

/** A gray picture, one byte per pixel. */
interface Plane {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The size of MNIST's digits and of their field, in pixels. */
const INK_SHARE = [20, 28] as const;
/** Ink is brighter than the brightest pixel divided by this. */
const INK_DIVISOR = 4;

/**
 * Normalizes a gray picture of a digit as MNIST does: light ink on dark, cropped to the ink, fitted into 20/28 of the field
 * with its aspect ratio, and centered by its center of mass. An empty picture becomes an empty field.
 * @returns width × height bytes.
 */
export function fitDigit(picture: Plane, width: number, height: number): Uint8Array {
  const field = new Uint8Array(width * height);
  const ink = inkOf(picture);
  if (!ink) return field;
  const room = (size: number) => Math.round((size * INK_SHARE[0]) / INK_SHARE[1]);
  const shrink = Math.min(room(width) / ink.width, room(height) / ink.height);
  const size = {
    width: Math.max(1, Math.round(ink.width * shrink)),
    height: Math.max(1, Math.round(ink.height * shrink)),
  };
  const fitted = resize(ink.bytes, 1, ink, size);
  const center = centerOfMass(fitted, size.width);
  const left = clamp(Math.round(width / 2 - center.x), 0, width - size.width);
  const top = clamp(Math.round(height / 2 - center.y), 0, height - size.height);
  for (let y = 0; y < size.height; y++) {
    field.set(fitted.subarray(y * size.width, (y + 1) * size.width), (top + y) * width + left);
  }
  return field;
}

/** Crops a picture to its ink, light on dark; undefined if it has none. A picture with a light border is inverted. */
function inkOf({ bytes, width, height }: Plane): Plane | undefined {
  // Inverting a byte flips its bits.
  const flip = hasLightBorder({ bytes, width, height }) ? 255 : 0;
  let brightest = 0;
  for (let index = 0; index < bytes.length; index++) {
    const value = (bytes[index] as number) ^ flip;
    if (value > brightest) brightest = value;
  }
  const threshold = Math.floor(brightest / INK_DIVISOR);
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let first = 0;
    while (first < width && ((bytes[row + first] as number) ^ flip) <= threshold) first++;
    if (first === width) continue;
    let last = width - 1;
    while (((bytes[row + last] as number) ^ flip) <= threshold) last--;
    left = Math.min(left, first);
    right = Math.max(right, last);
    top = Math.min(top, y);
    bottom = y;
  }
  if (right < 0) return undefined;
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const cropped = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const start = (top + y) * width + left;
    for (let x = 0; x < size.width; x++) cropped[y * size.width + x] = (bytes[start + x] as number) ^ flip;
  }
  return { bytes: cropped, ...size };
}

function hasLightBorder({ bytes, width, height }: Plane): boolean {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++) {
    // Between the first and the last row, only the first and the last column count.
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step) {
      sum += bytes[y * width + x] as number;
      count++;
    }
  }
  return sum > 127 * count;
}

/** Returns the center of mass. As in MNIST, a pixel's mass is at its index, not at the pixel's center. */
function centerOfMass(bytes: Uint8Array, width: number): { x: number; y: number } {
  let [mass, momentX, momentY] = [0, 0, 0];
  for (let index = 0; index < bytes.length; index++) {
    const value = bytes[index] as number;
    mass += value;
    momentX += value * (index % width);
    momentY += value * Math.floor(index / width);
  }
  return { x: momentX / mass, y: momentY / mass };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
