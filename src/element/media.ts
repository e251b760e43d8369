import { HwgqError } from '../client/index.ts';

interface Opened {
  /** Lets it go. */
  close(): void;
}

/** A picture. */
interface Still extends Opened {
  readonly kind: 'image';
  readonly shown: HTMLImageElement;
}

/** A film or a camera. */
interface Live extends Opened {
  readonly kind: 'video' | 'camera';
  readonly shown: HTMLVideoElement;
  /** What gives its frames. */
  readonly live: HTMLVideoElement | MediaStream;
}

interface Origin {
  /** Whether the page has chosen it, and not the visitor. */
  readonly isOfPage: boolean;
}

export type LiveMedia = Live & Origin;

/** Something that can be looked at, and what shows it. */
export type Media = (Still & Origin) | LiveMedia;

const VIDEO_NAME = /\.(mp4|m4v|webm|ogv|mov)([?#]|$)/i;

/**
 * Opens a picture or a film; which of the two it is, its type or its name says, or trying.
 * @throws HwgqError `invalid-image`; the signal's reason where it aborts, and then nothing of it is loaded any more.
 */
export async function openMedia(source: string | File, signal: AbortSignal): Promise<Media> {
  const isOfPage = typeof source === 'string';
  const url = isOfPage ? source : URL.createObjectURL(source);
  const forget = () => {
    if (!isOfPage) URL.revokeObjectURL(url);
  };
  const isVideo = isOfPage ? VIDEO_NAME.test(source) : source.type.startsWith('video/');
  let cause: unknown;
  for (const open of isVideo ? [openVideo, openImage] : [openImage, openVideo]) {
    try {
      const media = await open(url, signal);
      const close = () => {
        media.close();
        forget();
      };
      return { ...media, isOfPage, close };
    } catch (error) {
      if (signal.aborted) break;
      cause = error;
    }
  }
  forget();
  signal.throwIfAborted();
  throw new HwgqError(
    'invalid-image',
    `${isOfPage ? source : source.name} is no picture and no film that this browser shows. A file of another site has to be sent with CORS headers.`,
    {},
    { cause },
  );
}

async function openImage(url: string, signal: AbortSignal): Promise<Still> {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.src = url;
  const close = () => image.removeAttribute('src');
  await whileWanted(image.decode(), signal, close);
  return { kind: 'image', shown: image, close };
}

async function openVideo(url: string, signal: AbortSignal): Promise<Live> {
  const video = newVideo();
  video.crossOrigin = 'anonymous';
  video.loop = true;
  const isThere = new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = () => reject(video.error);
    video.src = url;
  });
  const close = () => empty(video);
  await whileWanted(isThere, signal, close);
  return { kind: 'video', shown: video, live: video, close };
}

/** Waits for what opens, and closes it where it fails, or where the signal aborts first. */
async function whileWanted(opening: Promise<unknown>, signal: AbortSignal, close: () => void): Promise<void> {
  const isGivenUp = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    await Promise.race([opening, isGivenUp]);
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Opens a camera.
 * @param facing `user`, `environment`, or whichever there is.
 * @throws HwgqError `camera`; the signal's reason where it aborts.
 */
export async function openCamera(facing: string, signal: AbortSignal): Promise<LiveMedia> {
  const stream = await askForCamera(facing);
  const video = newVideo();
  video.srcObject = stream;
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    empty(video);
  };
  if (signal.aborted) {
    close();
    throw signal.reason;
  }
  return { kind: 'camera', shown: video, live: stream, isOfPage: false, close };
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

/** @throws HwgqError `camera` where nobody has just clicked or pressed something. */
export function checkActivation(): void {
  const activation = (navigator as { userActivation?: UserActivation }).userActivation;
  if (!activation || activation.isActive) return;
  throw new HwgqError('camera', 'The camera starts after a click only. Call start() from a click’s listener.', {
    reason: 'NotAllowedError',
  });
}

function newVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  return video;
}

function empty(video: HTMLVideoElement): void {
  video.onerror = null;
  video.srcObject = null;
  video.removeAttribute('src');
  video.load();
}
