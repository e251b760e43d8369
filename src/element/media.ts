import { HwgqError } from '../client/index.ts';

/** Something that can be looked at, and what shows it. */
export interface Media {
  readonly shown: HTMLImageElement | HTMLVideoElement;
  /** What gives its frames; absent for a still picture. */
  readonly live?: HTMLVideoElement | MediaStream;
  readonly isCamera: boolean;
  /** Lets it go. */
  close(): void;
}

const VIDEO_NAME = /\.(mp4|m4v|webm|ogv|mov)$/i;

/**
 * Opens a picture or a film; which of the two it is, its type or its name says, or trying.
 * @throws HwgqError `invalid-image`; the signal's reason where it aborts.
 */
export async function openMedia(source: string | Blob, alt: string, signal: AbortSignal): Promise<Media> {
  const url = typeof source === 'string' ? source : URL.createObjectURL(source);
  const close = () => {
    if (typeof source !== 'string') URL.revokeObjectURL(url);
  };
  const ways = isVideo(source, url) ? [openVideo, openImage] : [openImage, openVideo];
  let cause: unknown;
  for (const open of ways) {
    try {
      const media = await open(url, alt);
      signal.throwIfAborted();
      return { ...media, close: () => [media.close(), close()] };
    } catch (error) {
      cause = error;
    }
  }
  close();
  signal.throwIfAborted();
  throw new HwgqError(
    'invalid-image',
    `${url} is no picture and no film that this browser shows. A file of another site has to be sent with CORS headers.`,
    {},
    { cause },
  );
}

function isVideo(source: string | Blob, url: string): boolean {
  return typeof source === 'string'
    ? VIDEO_NAME.test(new URL(url, document.baseURI).pathname)
    : source.type.startsWith('video/');
}

async function openImage(url: string, alt: string): Promise<Media> {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.alt = alt;
  image.src = url;
  await image.decode();
  return { shown: image, isCamera: false, close: () => image.removeAttribute('src') };
}

async function openVideo(url: string, alt: string): Promise<Media> {
  const video = newVideo(alt);
  video.crossOrigin = 'anonymous';
  video.loop = true;
  await new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = reject;
    video.src = url;
  });
  return { shown: video, live: video, isCamera: false, close: () => empty(video) };
}

/**
 * Opens a camera.
 * @param facing `user`, `environment`, or whichever there is.
 * @throws HwgqError `camera`; the signal's reason where it aborts.
 */
export async function openCamera(facing: string, alt: string, signal: AbortSignal): Promise<Media> {
  const stream = await askForCamera(facing);
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    empty(video);
  };
  const video = newVideo(alt);
  video.srcObject = stream;
  if (signal.aborted) {
    close();
    throw signal.reason;
  }
  return { shown: video, live: stream, isCamera: true, close };
}

async function askForCamera(facingMode: string): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: facingMode ? { facingMode } : true });
  } catch (error) {
    // Pages without https have no `mediaDevices`.
    const reason = error instanceof DOMException ? error.name : 'NotSupportedError';
    throw new HwgqError(
      'camera',
      `There is no picture of a camera: ${reason}. It takes a secure page (https or localhost), the visitor's permission, and a camera that no other program uses.`,
      { reason },
      { cause: error },
    );
  }
}

function newVideo(label: string): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.ariaLabel = label;
  return video;
}

function empty(video: HTMLVideoElement): void {
  video.onerror = null;
  video.srcObject = null;
  video.removeAttribute('src');
  video.load();
}
