import { HwgqError, messageOf } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import type { ImageSource } from './types.ts';

/**
 * A picture as it crosses to the worker: upright, sRGB, a copy, so that the caller's own stays as it is.
 * @throws HwgqError `invalid-image` for what cannot be drawn.
 */
export async function toTransferable(image: ImageSource): Promise<TransferableImage> {
  if (image instanceof ImageData && isPlain(image)) return image;
  try {
    return await createImageBitmap(image, { imageOrientation: 'from-image', colorSpaceConversion: 'default' });
  } catch (error) {
    const kind = Object.prototype.toString.call(image).slice(8, -1);
    const reason = messageOf(error);
    throw new HwgqError(
      'invalid-image',
      `The ${kind} cannot be drawn: ${reason} Is it loaded, of a kind this browser knows, and larger than nothing?`,
      {},
      { cause: error },
    );
  }
}

/**
 * Makes pictures ready to cross, all or none, and frees what has not crossed.
 * @param send hands them over.
 * @throws HwgqError `invalid-image`, and as `send`.
 */
export async function handOver<Result>(
  images: readonly ImageSource[],
  send: (transferables: readonly TransferableImage[], bitmaps: Transferable[]) => Promise<Result>,
): Promise<Result> {
  const made = await Promise.allSettled(images.map(toTransferable));
  const transferables = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const bitmaps = transferables.filter((image) => image instanceof ImageBitmap);
  try {
    for (const each of made) if (each.status === 'rejected') throw each.reason;
    return await send(transferables, bitmaps);
  } finally {
    for (const bitmap of bitmaps) bitmap.close();
  }
}

/** Whether pixels are 8-bit sRGB already; others have to be drawn to become so. */
function isPlain({ colorSpace, data }: ImageData): boolean {
  return colorSpace === 'srgb' && data instanceof Uint8ClampedArray;
}
