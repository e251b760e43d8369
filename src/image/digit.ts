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
  const light = lightOnDark(picture);
  const ink = cropToInk(light);
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

/** Inverts a picture with a light border. */
function lightOnDark({ bytes, width, height }: Plane): Plane {
  let sum = 0;
  let count = 0;
  for (let index = 0; index < bytes.length; index++) {
    const x = index % width;
    const y = Math.floor(index / width);
    if (x > 0 && x < width - 1 && y > 0 && y < height - 1) continue;
    sum += bytes[index] as number;
    count++;
  }
  return { bytes: sum > 127 * count ? bytes.map((value) => 255 - value) : bytes, width, height };
}

/** Crops a picture to its ink; undefined if it has none. */
function cropToInk({ bytes, width, height }: Plane): Plane | undefined {
  const brightest = bytes.reduce((most, value) => Math.max(most, value), 0);
  const threshold = Math.floor(brightest / INK_DIVISOR);
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let index = 0; index < bytes.length; index++) {
    if ((bytes[index] as number) <= threshold) continue;
    const x = index % width;
    const y = Math.floor(index / width);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (right < 0) return undefined;
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const cropped = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const start = (top + y) * width + left;
    cropped.set(bytes.subarray(start, start + size.width), y * size.width);
  }
  return { bytes: cropped, ...size };
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
