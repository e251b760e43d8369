import { withSegment } from './jpeg-segment.ts';

/** EXIF orientations (TIFF 6.0, tag 274) as canvas transforms from upright to stored pixels. */
export function storedTransform(orientation: number, width: number, height: number): DOMMatrix2DInit {
  const [w, h] = [width, height];
  const transforms = [
    [1, 0, 0, 1, 0, 0],
    [-1, 0, 0, 1, w, 0],
    [-1, 0, 0, -1, w, h],
    [1, 0, 0, -1, 0, h],
    [0, 1, 1, 0, 0, 0],
    [0, -1, 1, 0, 0, w],
    [0, -1, -1, 0, h, w],
    [0, 1, -1, 0, h, 0],
  ];
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = transforms[orientation - 1] ?? [];
  return { a, b, c, d, e, f };
}

/** Inserts an EXIF segment with an orientation after the first marker of a JPEG. */
export function withOrientation(jpeg: Uint8Array, orientation: number): Uint8Array<ArrayBuffer> {
  const exif = [...new TextEncoder().encode('Exif'), 0, 0];
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8];
  const directory = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  return withSegment(jpeg, 0xe1, [...exif, ...tiff, ...directory]);
}
