import { HwgqError, messageOf } from '../errors.ts';
import { BITMAP_OPTIONS } from '../image/bitmap-options.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import { isChromium } from '../image/is-chromium.ts';
import { isJpegWithoutProfile } from '../image/jpeg-profile.ts';
import { untilAborted } from './abort.ts';
import { type FetchOptions, fetchFile } from './fetch-file.ts';
import type { ImageSource } from './types.ts';

/** Images ready to be posted to the worker, and those of them that are transferred. */
export interface TransferableImages {
  readonly images: readonly TransferableImage[];
  readonly moved: ImageBitmap[];
}

/**
 * Prepares all pictures for the worker, or none, and posts them. Bitmaps that are not posted are closed.
 * @param post Posts them to the worker.
 * @throws HwgqError `download` or `invalid-image`; what `post` throws; the signal's reason if it aborts.
 */
export async function postImages<Result>(
  sources: readonly ImageSource[],
  options: FetchOptions,
  post: (images: TransferableImages) => Promise<Result>,
): Promise<Result> {
  const prepared = await Promise.allSettled(sources.map((source) => toTransferable(source, options)));
  const images = prepared.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const moved = images.filter((image) => image instanceof ImageBitmap);
  try {
    for (const each of prepared) if (each.status === 'rejected') throw each.reason;
    options.signal?.throwIfAborted();
    return await post({ images, moved });
  } catch (error) {
    // A bitmap of another origin's picture can be made, but not posted.
    if (error instanceof DOMException && error.name === 'DataCloneError') throw foreignImage(error);
    throw error;
  } finally {
    for (const bitmap of moved) bitmap.close();
  }
}

/**
 * Copies a picture into a form that can be posted to the worker: upright, with the samples that its file stores.
 * @throws HwgqError `download` if its URL cannot be fetched, `invalid-image` if it cannot be decoded or drawn; the
 *   signal's reason if it aborts.
 */
export async function toTransferable(image: ImageSource, options: FetchOptions = {}): Promise<TransferableImage> {
  if (typeof image === 'string' || image instanceof URL) return fetchImage(image, options);
  // A loaded image is copied at once, so that the page may change it after the call.
  if (isImageElement(image) && !isLoaded(image)) await loadImage(image, options.signal);
  if (image instanceof ImageData && isPlain(image)) return image;
  return toBitmap(image, options.signal).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    if (error instanceof DOMException && error.name === 'SecurityError') throw foreignImage(error);
    const kind = Object.prototype.toString.call(image).slice(8, -1);
    if (error instanceof TypeError) {
      const accepted = 'a URL, a Blob, an image, canvas or video element, an ImageBitmap, ImageData or VideoFrame';
      throw new HwgqError(
        'invalid-image',
        `The picture is of type ${kind}; ${accepted} is accepted.`,
        {},
        { cause: error },
      );
    }
    throw invalidImage(`The ${kind} cannot be drawn`, error);
  });
}

/** Reports that a picture's pixels belong to another origin, which does not share them. */
export function foreignImage(cause: unknown): HwgqError {
  const remedy = 'Send it with CORS headers, and set crossorigin on the element.';
  return new HwgqError(
    'invalid-image',
    `The picture is from another origin, which does not share its pixels. ${remedy}`,
    {},
    { cause },
  );
}

async function fetchImage(source: string | URL, options: FetchOptions): Promise<TransferableImage> {
  const { signal } = options;
  const url = String(source);
  const response = await fetchFile(source, options);
  const file = await untilAborted(response.blob(), signal).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new HwgqError('download', `${url} broke off: ${messageOf(cause)}. Fetch it again.`, { url }, { cause });
  });
  return toBitmap(file, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw invalidImage(`${url} (${file.type || 'of unknown type'}) cannot be decoded`, error, { url });
  });
}

/** Waits until an element has loaded its picture. */
async function loadImage(image: HTMLImageElement, signal: AbortSignal | undefined): Promise<void> {
  try {
    await untilAborted(image.decode(), signal);
  } catch (error) {
    signal?.throwIfAborted();
    const url = image.currentSrc || image.src;
    throw invalidImage(`The <img> with src '${url}' cannot be loaded or decoded`, error, { url });
  }
}

function isLoaded({ complete, naturalWidth }: HTMLImageElement): boolean {
  return complete && naturalWidth > 0;
}

async function toBitmap(image: Exclude<ImageSource, string | URL>, signal: AbortSignal | undefined) {
  const bitmap = isFile(image) ? decodeFile(image, signal) : copyImage(image);
  try {
    return await untilAborted(bitmap, signal);
  } catch (error) {
    // A bitmap that arrives after the abort has no other owner, so it is closed here.
    bitmap.then((late) => late.close()).catch(() => {});
    throw error;
  }
}

/**
 * Decodes a file. Chromium copies a bitmap once more if `colorSpaceConversion` is set, which takes half as long as
 * decoding a large JPEG, so the option is left out for files that have no colour space to ignore.
 */
async function decodeFile(file: Blob, signal: AbortSignal | undefined): Promise<ImageBitmap> {
  const isPlain = isChromium() && (await isJpegWithoutProfile(file).catch(() => false));
  signal?.throwIfAborted();
  return createImageBitmap(file, isPlain ? {} : BITMAP_OPTIONS);
}

/** Copies a canvas, a frame, or a bitmap as it is, and an image element with the samples of its file. */
function copyImage(image: Exclude<ImageSource, string | URL | Blob>): Promise<ImageBitmap> {
  return createImageBitmap(image, isImageElement(image) ? BITMAP_OPTIONS : {});
}

function invalidImage(problem: string, cause: unknown, details: { readonly url?: string } = {}): HwgqError {
  const remedy = 'Pass a picture that is loaded, not empty, and in a format that this browser can decode.';
  const reason = messageOf(cause).replace(/\.$/, '');
  return new HwgqError('invalid-image', `${problem}: ${reason}. ${remedy}`, details, { cause });
}

/** Returns whether a value is an image element, of this page or of another frame's. */
function isImageElement(image: ImageSource): image is HTMLImageElement {
  return typeof image === 'object' && image !== null && 'naturalWidth' in image;
}

/** Returns whether a value is a file, of this page or of another frame's. */
function isFile(image: ImageSource): image is Blob {
  return typeof image === 'object' && image !== null && 'arrayBuffer' in image;
}

/** Returns whether pixels are 8-bit sRGB and present. All others have to be drawn; a detached array then fails. */
function isPlain({ colorSpace, data }: ImageData): boolean {
  return colorSpace === 'srgb' && data instanceof Uint8ClampedArray && data.length > 0;
}
