import { HwgqError } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import { CANVAS_LADDER, type CaptureLadder, VIDEO_LADDER } from './frame-capture.ts';
import type { FlowEnd, OfferedFrame } from './frame-flow.ts';
import type { StreamSource } from './types.ts';

/** A frame that a source shows and nobody has taken yet. */
export interface SourceFrame extends OfferedFrame {
  /** In milliseconds, by the source's own clock. */
  readonly timestamp: number;
  /** How it is taken, where there are several ways. */
  readonly ladder?: CaptureLadder;
  /** @returns undefined where it is gone. */
  take(): Promise<TransferableImage | undefined>;
}

/** What a source tells. */
export interface FrameListener {
  onFrame(frame: SourceFrame): void;
  /** What comes from now on is something else: another camera, another film, another place in it. */
  onCut(): void;
  onEnd(end: FlowEnd): void;
}

const END_CHECK_MS = 250;

type Stop = () => void;

/** Somebody who watches a source. */
export interface Watch {
  /** Tells once more what is in view, which a source that stands still does not do by itself. */
  readonly show: () => void;
  readonly stop: Stop;
}

/** Of a source that has ended. */
const NOTHING: Watch = { show: () => {}, stop: () => {} };

/**
 * Tells each frame of a source, as it comes.
 * @throws HwgqError `invalid-option` for what gives no frames.
 */
export function watchFrames(source: StreamSource, listener: FrameListener): Watch {
  if ('getVideoTracks' in source) return watchMediaStream(source, listener);
  if ('videoWidth' in source) return watchVideo(source, listener);
  if ('getContext' in source) return watchCanvas(source, listener);
  if ('readyState' in source && source.kind === 'video') return watchTrack(source, listener);
  const accepted = 'A MediaStream, a video MediaStreamTrack, a video element or a canvas is accepted.';
  throw new HwgqError('invalid-option', `${Object.prototype.toString.call(source)} gives no frames. ${accepted}`);
}

/** Follows a stream's first live video track. */
function watchMediaStream(stream: MediaStream, listener: FrameListener): Watch {
  let current: MediaStreamTrack | undefined;
  let watch = NOTHING;
  const follow = () => {
    watch.stop();
    if (current) listener.onCut();
    current = stream.getVideoTracks().find(({ readyState }) => readyState === 'live');
    if (!current) return listener.onEnd({});
    const track = current;
    watch = watchTrack(track, {
      ...listener,
      onFrame: (frame) => {
        // No event tells what a script does to a stream's tracks.
        if (stream.getTrackById(track.id)) return listener.onFrame(frame);
        frame.refuse();
        follow();
      },
      onEnd: (end) => ('error' in end ? listener.onEnd(end) : follow()),
    });
  };
  follow();
  return { show: () => watch.show(), stop: () => watch.stop() };
}

/** Its frames need no element. Chromium has it in pages; the specification, and so TypeScript, in workers. */
declare const MediaStreamTrackProcessor:
  | (new (init: {
      track: MediaStreamTrack;
    }) => { readonly readable: ReadableStream<VideoFrame> })
  | undefined;

function watchTrack(track: MediaStreamTrack, listener: FrameListener): Watch {
  if (track.readyState === 'ended') {
    listener.onEnd({});
    return NOTHING;
  }
  if (typeof MediaStreamTrackProcessor === 'undefined') return playTrack(track, listener);
  const read = () => readFrames(new MediaStreamTrackProcessor({ track }).readable.getReader(), listener);
  let stop = read();
  return {
    show: () => {
      if (track.readyState === 'ended') return;
      stop();
      // Who begins to read is given the picture that stands.
      stop = read();
    },
    stop: () => stop(),
  };
}

function readFrames(reader: ReadableStreamDefaultReader<VideoFrame>, listener: FrameListener): Stop {
  let isStopped = false;
  const read = async () => {
    for (;;) {
      const { done, value: frame } = await reader.read();
      if (isStopped) return frame?.close();
      if (done) return listener.onEnd({});
      const refuse = () => frame.close();
      listener.onFrame({ timestamp: frame.timestamp / 1000, take: async () => frame, refuse });
    }
  };
  read().catch((error: unknown) => listener.onEnd({ error }));
  return () => {
    isStopped = true;
    reader.cancel().catch(() => {});
  };
}

/** Plays a track in an element that nobody sees. */
function playTrack(track: MediaStreamTrack, listener: FrameListener): Watch {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  const { show, stop } = watchVideo(video, listener);
  // No event tells that a script has ended a track.
  const timer = setInterval(() => {
    if (track.readyState === 'ended') listener.onEnd({});
  }, END_CHECK_MS);
  video.play().catch((error: unknown) => {
    if (video.srcObject) listener.onEnd({ error });
  });
  return {
    show,
    stop: () => {
      stop();
      clearInterval(timer);
      video.srcObject = null;
    },
  };
}

/** Watches a video element: what it shows now, and every frame that it goes on to, also after a film's end. */
function watchVideo(video: HTMLVideoElement, listener: FrameListener): Watch {
  const show = () => {
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const timestamp = video.currentTime * 1000;
    const take = () => VIDEO_LADDER.take(video, timestamp);
    listener.onFrame({ timestamp, ladder: VIDEO_LADDER, take, refuse: () => {} });
  };
  const stopShowing = onEachFrame(video, show);
  const cut = () => listener.onCut();
  for (const event of ['emptied', 'seeking']) video.addEventListener(event, cut);
  show();
  return {
    show,
    stop: () => {
      stopShowing();
      for (const event of ['emptied', 'seeking']) video.removeEventListener(event, cut);
    },
  };
}

function onEachFrame(video: HTMLVideoElement, show: () => void): Stop {
  if (!('requestVideoFrameCallback' in video)) {
    let last = -1;
    return onEachTick(() => {
      const { currentTime } = video as HTMLVideoElement;
      if (currentTime === last) return;
      last = currentTime;
      show();
    });
  }
  const next = () => {
    request = video.requestVideoFrameCallback(next);
    show();
  };
  let request = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(request);
}

function watchCanvas(canvas: HTMLCanvasElement | OffscreenCanvas, listener: FrameListener): Watch {
  const show = () => {
    const timestamp = performance.now();
    const take = () => CANVAS_LADDER.take(canvas, timestamp);
    listener.onFrame({ timestamp, ladder: CANVAS_LADDER, take, refuse: () => {} });
  };
  return { show, stop: onEachTick(show) };
}

/** Calls once for each of the screen's frames, none while the tab is hidden. */
function onEachTick(show: () => void): Stop {
  const next = () => {
    request = requestAnimationFrame(next);
    show();
  };
  let request = requestAnimationFrame(next);
  return () => cancelAnimationFrame(request);
}
