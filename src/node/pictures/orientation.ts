import type { Picture } from '../../image/picture.ts';

/** How a picture is turned upright: EXIF's values 1 (as it is) to 8. */
export type Orientation = number;

const TAG_ORIENTATION = 0x112;
const TYPE_SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * Returns the orientation in EXIF data, which begin with the byte order of their TIFF header. Returns 1 if there is none, or
 * if the data are damaged.
 */
export function readOrientation(exif: Uint8Array): Orientation {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  if (exif.length < 8) return 1;
  const isLittle = view.getUint16(0) === 0x4949;
  if (!isLittle && view.getUint16(0) !== 0x4d4d) return 1;
  if (view.getUint16(2, isLittle) !== 42) return 1;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > exif.length) return 1;
  const count = view.getUint16(directory, isLittle);
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > exif.length) return 1;
    if (view.getUint16(entry, isLittle) !== TAG_ORIENTATION) continue;
    const isNumber = view.getUint16(entry + 2, isLittle) === TYPE_SHORT && view.getUint32(entry + 4, isLittle) === 1;
    const value = view.getUint16(entry + 8, isLittle);
    return isNumber && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Returns a picture turned upright. */
export function upright(picture: Picture, orientation: Orientation): Picture {
  if (orientation === 1) return picture;
  const { width, height } = picture;
  const source = new Uint32Array(picture.data.buffer, picture.data.byteOffset, width * height);
  // From 5, rows become columns. The corner of the stored picture that becomes the top left is one of four.
  const isTransposed = orientation >= 5;
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const start = (fromBottom ? (height - 1) * width : 0) + (fromRight ? width - 1 : 0);
  const [alongX, alongY] = [fromRight ? -1 : 1, fromBottom ? -width : width];
  const [stepX, stepY] = isTransposed ? [alongY, alongX] : [alongX, alongY];
  const size = isTransposed ? { width: height, height: width } : { width, height };
  const target = new Uint32Array(width * height);
  for (let y = 0, to = 0; y < size.height; y++) {
    for (let x = 0, from = start + y * stepY; x < size.width; x++, from += stepX) target[to++] = source[from] as number;
  }
  return { ...size, data: new Uint8Array(target.buffer) };
}
