import { HwgqError } from '../errors.ts';

/** The size of a picture, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A decoded picture: 8-bit sRGB with straight alpha, RGBA interleaved, row by row from the top. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** width × height × 4 bytes. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** @throws HwgqError `invalid-image` if the data are not bytes, or do not match the picture's size. */
export function checkPicture({ width, height, data }: Picture): void {
  const isSized = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  const isBytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (isSized && isBytes && data.length === width * height * 4) return;
  const seen = isBytes ? `${data.length}` : Object.prototype.toString.call(data);
  throw new HwgqError(
    'invalid-image',
    `A picture of ${width}×${height} pixels needs ${width * height * 4} bytes of RGBA data, and has ${seen}. Pass a decoded picture with 8 bits per channel.`,
  );
}
