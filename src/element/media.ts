import { HwgqError } from '../client/index.ts';

interface Opened {
  /** Frees the medium: stops the camera, or the download of a file. */
  close(): void;
}

interface OpenedImage extends Opened {
  readonly kind: 'image';
  readonly shown: HTMLImageElement;
}

interface OpenedVideo extends Opened {
  readonly kind: 'video' | 'camera';
  readonly shown: HTMLVideoElement;
  /** Source of the frames. */
  readonly live: HTMLVideoElement | MediaStream;
}

interface Origin {
  /** Whether the page chose the medium, by `src`, rather than the user. */
  readonly isFromPage: boolean;
}

export type StillMedia = OpenedImage & Origin;

export type LiveMedia = OpenedVideo & Origin;

/** An image, video or camera, with the HTML element that shows it. */
export type Media = StillMedia | LiveMedia;

const VIDEO_NAME = /\.(mp4|m4v|webm|ogv|mov)([?#]|$)/i;

/**
 * Opens an image or a video. The file's type or name decides which is tried first.
 * @throws HwgqError `invalid-image` if the browser can show it as neither; the signal's reason if that aborts, which also
 *   stops the download.
 */
export async function openMedia(source: string | File, signal: AbortSignal): Promise<Media> {
  const isFromPage = typeof source === 'string';
  const url = isFromPage ? source : URL.createObjectURL(source);
  const revoke = () => {
    if (!isFromPage) URL.revokeObjectURL(url);
  };
  const isVideo = isFromPage ? VIDEO_NAME.test(source) : source.type.startsWith('video/');
  let cause: unknown;
  for (const open of isVideo ? [openVideo, openImage] : [openImage, openVideo]) {
    try {
      const media = await open(url, signal);
      const close = () => {
        media.close();
        revoke();
      };
      return { ...media, isFromPage, close };
    } catch (error) {
      if (signal.aborted) break;
      cause = error;
    }
  }
  revoke();
  signal.throwIfAborted();
  throw new HwgqError(
    'invalid-image',
    `The browser cannot show ${isFromPage ? source : source.name} as an image or a video. Check the file; one from another origin must be served with CORS headers.`,
    {},
    { cause },
  );
}

async function openImage(url: string, signal: AbortSignal): Promise<OpenedImage> {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.src = url;
  const close = () => image.removeAttribute('src');
  await untilAborted(image.decode(), signal, close);
  return { kind: 'image', shown: image, close };
}

async function openVideo(url: string, signal: AbortSignal): Promise<OpenedVideo> {
  const video = newVideo();
  video.crossOrigin = 'anonymous';
  video.loop = true;
  const loading = new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = () => reject(video.error);
    video.src = url;
  });
  const close = () => unload(video);
  await untilAborted(loading, signal, close);
  return { kind: 'video', shown: video, live: video, close };
}

/** Waits for a medium to load, and closes it if that fails or the signal aborts first. */
async function untilAborted(loading: Promise<unknown>, signal: AbortSignal, close: () => void): Promise<void> {
  const aborted = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    await Promise.race([loading, aborted]);
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Opens a camera.
 * @param facing `user`, `environment`, or an empty string for any.
 * @throws HwgqError `camera`; the signal's reason if that aborts.
 */
export async function openCamera(facing: string, signal: AbortSignal): Promise<LiveMedia> {
  const stream = await requestCamera(facing);
  const video = newVideo();
  video.srcObject = stream;
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    unload(video);
  };
  if (signal.aborted) {
    close();
    throw signal.reason;
  }
  return { kind: 'camera', shown: video, live: stream, isFromPage: false, close };
}

async function requestCamera(facingMode: string): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: facingMode ? { facingMode } : true });
  } catch (error) {
    // Insecure pages have no `mediaDevices`, which throws a TypeError.
    const reason = error instanceof DOMException ? error.name : 'NotSupportedError';
    throw new HwgqError(
      'camera',
      `The camera cannot be opened: ${reason}. A camera needs a secure page (https or localhost), the user's permission, and no other application that uses it.`,
      { reason },
      { cause: error },
    );
  }
}

/** @throws HwgqError `camera` if the user has not just clicked or pressed a key. */
export function checkActivation(): void {
  const activation = (navigator as { userActivation?: UserActivation }).userActivation;
  if (!activation || activation.isActive) return;
  throw new HwgqError('camera', 'The camera starts only after a user gesture. Call start() in a click listener.', {
    reason: 'NotAllowedError',
  });
}

function newVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  return video;
}

function unload(video: HTMLVideoElement): void {
  video.onerror = null;
  video.srcObject = null;
  video.removeAttribute('src');
  video.load();
}
