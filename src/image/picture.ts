import { HwgqError } from '../errors.ts';

/** A decoded picture: 8-bit sRGB with straight alpha, RGBA interleaved, row by row from the top. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** width × height × 4 bytes. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** @throws HwgqError `invalid-image` if the data's length does not match the picture's size. */
export function checkPicture({ width, height, data }: Picture): void {
  if (width > 0 && height > 0 && data.length === width * height * 4) return;
  throw new HwgqError(
    'invalid-image',
    `A picture of ${width}×${height} pixels needs ${width * height * 4} bytes of RGBA data, and has ${data.length}. Pass a picture that has been loaded.`,
  );
}
