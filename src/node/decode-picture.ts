import { HwgqError, messageOf } from '../errors.ts';
import type { Picture } from '../image/picture.ts';
import { decodeJpeg } from './pictures/jpeg.ts';
import { upright } from './pictures/orientation.ts';
import { type PictureHeader, readPictureHeader } from './pictures/picture-header.ts';
import { decodePng } from './pictures/png.ts';
import { decodeWebp } from './pictures/webp.ts';

/** The largest number of pixels that are decoded, 64 million. They take 256 MB. */
const MAX_PIXELS = 2 ** 26;

/**
 * Decodes a PNG, JPEG or WebP picture, which it recognizes by the first bytes, to the samples that browsers decode. Pictures
 * are rotated according to their EXIF orientation. Colour profiles and PNG's colour chunks are ignored. Of an animation, the
 * first frame is decoded.
 * @param name the name of the file in messages.
 * @throws HwgqError `invalid-image`.
 */
export async function decodePicture(bytes: Uint8Array, name: string): Promise<Picture> {
  const header = readPictureHeader(bytes);
  if (!header) {
    throw new HwgqError('invalid-image', `'${name}' is not a PNG, JPEG or WebP picture. Save it as one of them.`);
  }
  checkSize(header, name);
  try {
    if (header.format === 'webp') return await decodeWebp(bytes);
    const { picture, orientation } = header.format === 'png' ? decodePng(bytes) : await decodeJpeg(bytes);
    return upright(picture, orientation);
  } catch (error) {
    const reason = messageOf(error);
    throw new HwgqError(
      'invalid-image',
      `'${name}' cannot be decoded: ${reason.replace(/\.$/, '')}. Save the picture again, or leave it out.`,
      {},
      { cause: error },
    );
  }
}

/** Checks the declared size, before memory is allocated for it. */
function checkSize({ width, height }: PictureHeader, name: string): void {
  if (width * height <= MAX_PIXELS) return;
  throw new HwgqError(
    'invalid-image',
    `'${name}' has ${width}×${height} pixels, ${Math.ceil((width * height) / 1e6)} million; at most ` +
      `${Math.floor(MAX_PIXELS / 1e6)} million are accepted. Make it smaller.`,
  );
}
