import { HwgqError } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import { CANVAS_CAPTURE, type FrameCapture, VIDEO_CAPTURE } from './frame-capture.ts';
import type { FlowEnd, OfferedFrame } from './frame-flow.ts';
import type { StreamSource } from './types.ts';

/** A frame that its source shows and that has not been captured yet. */
export interface SourceFrame extends OfferedFrame {
  /** Time of the frame in milliseconds, by the source's clock. */
  readonly timestamp: number;
  /** Captures the frame if it has to be captured; absent for frames that exist already. */
  readonly capture?: FrameCapture;
  /** Returns the frame's image; undefined if the source no longer has one. */
  take(): Promise<TransferableImage | undefined>;
}

/** Receives the events of a source. */
export interface FrameListener {
  onFrame(frame: SourceFrame): void;
  /** Called when the source switches to something else: another camera, another video, another position in a video. */
  onSwitch(): void;
  onEnd(end: FlowEnd): void;
}

const END_CHECK_MS = 250;

type Stop = () => void;

/** A source that is being watched. */
export interface FrameWatch {
  /** Reports the current frame once more. A source that stands still reports no frames by itself. */
  readonly refresh: () => void;
  readonly stop: Stop;
}

/** The watch for a source that has already ended. */
const ENDED: FrameWatch = { refresh: () => {}, stop: () => {} };

/**
 * Reports each frame of a source.
 * @throws HwgqError `invalid-option` for a value that is not a source of frames.
 */
export function watchFrames(source: StreamSource, listener: FrameListener): FrameWatch {
  const members = Object(source) as StreamSource;
  if ('getVideoTracks' in members) return watchMediaStream(members, listener);
  if ('videoWidth' in members) return watchVideo(members, listener);
  if ('getContext' in members) return watchCanvas(members, listener);
  if ('readyState' in members && members.kind === 'video') return watchTrack(members, listener);
  const accepted = 'Pass a MediaStream, a video MediaStreamTrack, a video element or a canvas.';
  const kind = Object.prototype.toString.call(source);
  throw new HwgqError('invalid-option', `${kind} is not a source of frames. ${accepted}`);
}

/** Follows the first live video track of a stream. */
function watchMediaStream(stream: MediaStream, listener: FrameListener): FrameWatch {
  let current: MediaStreamTrack | undefined;
  let watch = ENDED;
  const follow = () => {
    watch.stop();
    if (current) listener.onSwitch();
    current = stream.getVideoTracks().find(({ readyState }) => readyState === 'live');
    if (!current) return listener.onEnd({});
    const track = current;
    watch = watchTrack(track, {
      ...listener,
      onFrame: (frame) => {
        // There is no event if a script removes a track.
        if (stream.getTrackById(track.id)) return listener.onFrame(frame);
        frame.discard();
        follow();
      },
      onEnd: (end) => ('error' in end ? listener.onEnd(end) : follow()),
    });
  };
  follow();
  return { refresh: () => watch.refresh(), stop: () => watch.stop() };
}

/** Reads a track without an element. Chromium has it in pages; the specification, and so TypeScript, only in workers. */
declare const MediaStreamTrackProcessor:
  | (new (init: {
      track: MediaStreamTrack;
    }) => { readonly readable: ReadableStream<VideoFrame> })
  | undefined;

function watchTrack(track: MediaStreamTrack, listener: FrameListener): FrameWatch {
  if (track.readyState === 'ended') {
    listener.onEnd({});
    return ENDED;
  }
  if (typeof MediaStreamTrackProcessor === 'undefined') return playTrack(track, listener);
  const read = () => readFrames(new MediaStreamTrackProcessor({ track }).readable.getReader(), listener);
  let stop = read();
  return {
    refresh: () => {
      if (track.readyState === 'ended') return;
      stop();
      // A new reader receives the current picture even if it stands still.
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
      const discard = () => frame.close();
      listener.onFrame({ timestamp: frame.timestamp / 1000, take: async () => frame, discard });
    }
  };
  read().catch((error: unknown) => listener.onEnd({ error }));
  return () => {
    isStopped = true;
    reader.cancel().catch(() => {});
  };
}

/** Plays a track in a video element outside the document. */
function playTrack(track: MediaStreamTrack, listener: FrameListener): FrameWatch {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  const { refresh, stop } = watchVideo(video, listener);
  // There is no event if a script ends a track.
  const timer = setInterval(() => {
    if (track.readyState === 'ended') listener.onEnd({});
  }, END_CHECK_MS);
  video.play().catch((error: unknown) => {
    if (video.srcObject) listener.onEnd({ error });
  });
  return {
    refresh,
    stop: () => {
      stop();
      clearInterval(timer);
      video.srcObject = null;
    },
  };
}

/** Watches a video element: its current frame and every later one, also after a video has ended and is played again. */
function watchVideo(video: HTMLVideoElement, listener: FrameListener): FrameWatch {
  const refresh = () => {
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const timestamp = video.currentTime * 1000;
    const take = () => VIDEO_CAPTURE.capture(video, timestamp);
    listener.onFrame({ timestamp, capture: VIDEO_CAPTURE, take, discard: () => {} });
  };
  const stopFrames = onEachFrame(video, refresh);
  const onSwitch = () => listener.onSwitch();
  for (const event of ['emptied', 'seeking']) video.addEventListener(event, onSwitch);
  refresh();
  return {
    refresh,
    stop: () => {
      stopFrames();
      for (const event of ['emptied', 'seeking']) video.removeEventListener(event, onSwitch);
    },
  };
}

function onEachFrame(video: HTMLVideoElement, report: () => void): Stop {
  if (!('requestVideoFrameCallback' in video)) {
    let last = -1;
    return onEachTick(() => {
      const { currentTime } = video as HTMLVideoElement;
      if (currentTime === last) return;
      last = currentTime;
      report();
    });
  }
  const next = () => {
    request = video.requestVideoFrameCallback(next);
    report();
  };
  let request = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(request);
}

function watchCanvas(canvas: HTMLCanvasElement | OffscreenCanvas, listener: FrameListener): FrameWatch {
  const refresh = () => {
    const timestamp = performance.now();
    const take = () => CANVAS_CAPTURE.capture(canvas, timestamp);
    listener.onFrame({ timestamp, capture: CANVAS_CAPTURE, take, discard: () => {} });
  };
  return { refresh, stop: onEachTick(refresh) };
}

/** Calls a function once for each frame of the screen. Browsers pause it while the tab is hidden. */
function onEachTick(report: () => void): Stop {
  const next = () => {
    request = requestAnimationFrame(next);
    report();
  };
  let request = requestAnimationFrame(next);
  return () => cancelAnimationFrame(request);
}
