import { HwgqError } from '../errors.ts';
import type { CrossingImage } from '../worker/protocol.ts';
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
  take(): Promise<CrossingImage | undefined>;
}

/** What a source tells. */
export interface FrameListener {
  onFrame(frame: SourceFrame): void;
  /** What comes from now on is something else: another camera, another film, another place in it. */
  onCut(): void;
  onEnd(end: FlowEnd): void;
}

const END_CHECK_MS = 250;

/** Ends the watching. */
type Stop = () => void;

/**
 * Tells each frame of a source, as it comes.
 * @throws HwgqError `invalid-option` for what gives no frames.
 */
export function watchFrames(source: StreamSource, listener: FrameListener): Stop {
  if ('getVideoTracks' in source) return watchMediaStream(source, listener);
  if ('videoWidth' in source) return watchVideo(source, listener);
  if ('getContext' in source) return watchCanvas(source, listener);
  if ('readyState' in source && source.kind === 'video') return watchTrack(source, listener);
  const accepted = 'A MediaStream, a video MediaStreamTrack, a video element or a canvas is accepted.';
  throw new HwgqError('invalid-option', `${Object.prototype.toString.call(source)} gives no frames. ${accepted}`);
}

/** Follows a stream's first live video track. */
function watchMediaStream(stream: MediaStream, listener: FrameListener): Stop {
  let current: MediaStreamTrack | undefined;
  let stop: Stop = () => {};
  const follow = () => {
    stop();
    if (current) listener.onCut();
    current = stream.getVideoTracks().find(({ readyState }) => readyState === 'live');
    if (!current) return listener.onEnd({});
    const track = current;
    stop = watchTrack(track, {
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
  return () => stop();
}

/** Its frames need no element. Chromium has it in pages; the specification, and so TypeScript, in workers. */
declare const MediaStreamTrackProcessor:
  | (new (init: {
      track: MediaStreamTrack;
    }) => { readonly readable: ReadableStream<VideoFrame> })
  | undefined;

function watchTrack(track: MediaStreamTrack, listener: FrameListener): Stop {
  return typeof MediaStreamTrackProcessor === 'undefined'
    ? playTrack(track, listener)
    : readTrack(new MediaStreamTrackProcessor({ track }).readable.getReader(), listener);
}

function readTrack(reader: ReadableStreamDefaultReader<VideoFrame>, listener: FrameListener): Stop {
  let isStopped = false;
  const read = async (): Promise<void> => {
    const { done, value: frame } = await reader.read();
    if (isStopped) return frame?.close();
    if (done) return listener.onEnd({});
    const refuse = () => frame.close();
    listener.onFrame({ timestamp: frame.timestamp / 1000, take: async () => frame, refuse });
    return read();
  };
  read().catch((error: unknown) => listener.onEnd({ error }));
  return () => {
    isStopped = true;
    reader.cancel().catch(() => {});
  };
}

/** Plays a track in an element that nobody sees. */
function playTrack(track: MediaStreamTrack, listener: FrameListener): Stop {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  const stop = watchVideo(video, listener);
  // No event tells that a script has ended a track.
  const timer = setInterval(() => {
    if (track.readyState === 'ended') listener.onEnd({});
  }, END_CHECK_MS);
  video.play().catch((error: unknown) => {
    if (video.srcObject) listener.onEnd({ error });
  });
  return () => {
    stop();
    clearInterval(timer);
    video.srcObject = null;
  };
}

/** Watches a video element: what it shows now, and every frame that it goes on to. */
function watchVideo(video: HTMLVideoElement, listener: FrameListener): Stop {
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
  return () => {
    stopShowing();
    for (const event of ['emptied', 'seeking']) video.removeEventListener(event, cut);
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

function watchCanvas(canvas: HTMLCanvasElement | OffscreenCanvas, listener: FrameListener): Stop {
  return onEachTick(() => {
    const timestamp = performance.now();
    const take = () => CANVAS_LADDER.take(canvas, timestamp);
    listener.onFrame({ timestamp, ladder: CANVAS_LADDER, take, refuse: () => {} });
  });
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
