import { HwgqError } from '../errors.ts';
import type { CrossingImage } from '../worker/protocol.ts';
import type { ImageSource } from './types.ts';

/**
 * A picture as it crosses to the worker: upright, sRGB, a copy, so that the caller's own stays as it is.
 * @throws HwgqError `invalid-image` for what cannot be drawn.
 */
export async function toCrossing(image: ImageSource): Promise<CrossingImage> {
  if (image instanceof ImageData && isPlain(image)) return image;
  try {
    return await createImageBitmap(image, { imageOrientation: 'from-image', colorSpaceConversion: 'default' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HwgqError(
      'invalid-image',
      `The picture cannot be drawn: ${reason} Is it loaded, of a kind this browser knows, and larger than nothing?`,
      {},
      { cause: error },
    );
  }
}

/** Whether pixels are 8-bit sRGB already; others have to be drawn to become so. */
function isPlain({ colorSpace, data }: ImageData): boolean {
  return colorSpace === 'srgb' && data instanceof Uint8ClampedArray;
}
