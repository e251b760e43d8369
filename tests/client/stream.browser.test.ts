import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import cifarsmallUrl from '../../models/cifarsmall.hwgq?url';
import lenetUrl from '../../models/lenet.hwgq?url';
import { type CapturedSource, FrameCapture } from '../../src/client/frame-capture.ts';
import { type Classifier, createClassifier, type StreamResult, type StreamSource } from '../../src/client/index.ts';

type TrackProcessor = new (init: { track: MediaStreamTrack }) => { readonly readable: ReadableStream<VideoFrame> };

const SIZE = 200;

/** A canvas on which a digit, one or zero, is drawn repeatedly, so that its streams have frames. */
class Paper {
  readonly canvas = Object.assign(document.createElement('canvas'), { width: 2 * SIZE, height: SIZE });
  digit: '0' | '1' = '1';
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.draw();
    this.#timer = setInterval(() => this.draw(), 30);
  }

  /** Draws the digit in the left half. The right half is empty. */
  draw(): void {
    const context = this.canvas.getContext('2d') as CanvasRenderingContext2D;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 2 * SIZE, SIZE);
    context.lineWidth = 16;
    context.lineCap = 'round';
    context.beginPath();
    if (this.digit === '1') {
      context.moveTo(104, 40);
      context.lineTo(96, 160);
    } else context.ellipse(100, 100, 40, 60, 0, 0, 2 * Math.PI);
    context.stroke();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

let classifier: Classifier;
let paper: Paper;

beforeAll(async () => {
  classifier = await createClassifier({ model: lenetUrl, backend: 'wasm' });
  paper = new Paper();
});

afterAll(() => {
  paper.stop();
  classifier.dispose();
});

afterEach(() => {
  paper.digit = '1';
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function playing(source: MediaStream): Promise<HTMLVideoElement> {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = source;
  await video.play();
  return video;
}

const captured = () => paper.canvas.captureStream(30);

const SOURCES: Readonly<Record<string, () => StreamSource | Promise<StreamSource>>> = {
  'a canvas': () => paper.canvas,
  'a MediaStream': captured,
  'a MediaStreamTrack': () => captured().getVideoTracks()[0] as MediaStreamTrack,
  'a video element': () => playing(captured()),
};

/** Reads results until one has the label. */
async function until(results: AsyncIterator<StreamResult>, label: string): Promise<StreamResult> {
  for (;;) {
    const { done, value } = await results.next();
    if (done) throw new Error(`The stream ended before there was a ${label}.`);
    if (value.categories[0]?.label === label) return value;
  }
}

it.each(Object.entries(SOURCES))('classifies what %s shows as it changes', async (_, open) => {
  const results = classifier.stream(await open(), { maxResults: 1 })[Symbol.asyncIterator]();
  for (const digit of ['1', '0', '1'] as const) {
    paper.digit = digit;
    const { categories, scores } = await until(results, digit);
    expect(categories).toHaveLength(1);
    expect(scores).toBeUndefined();
  }
  const { value } = (await results.next()) as { value: StreamResult };
  expect(value.counts.classified).toBeGreaterThan(3);
  expect(value.timings.latency).toBeGreaterThanOrEqual(value.timings.inference);
  const { value: next } = (await results.next()) as { value: StreamResult };
  expect(next.timestamp).toBeGreaterThan(value.timestamp);
  await results.return?.();
  expect(await results.next()).toEqual({ done: true, value: undefined });
});

it('returns the same scores for a frame as for a still picture on WebGPU, where frames are not drawn', async () => {
  const onGpu = await createClassifier({ model: cifarsmallUrl, backend: 'webgpu' });
  const view = { region: 'square', mirror: true } as const;
  const results = onGpu.stream(paper.canvas, { ...view, scores: true })[Symbol.asyncIterator]();
  const { value } = (await results.next()) as { value: StreamResult };
  expect(value.scores).toEqual((await onGpu.classify(paper.canvas, { ...view, scores: true })).scores);
  await results.return?.();
  onGpu.dispose();
});

it('plays a track in browsers that cannot read its frames', async () => {
  vi.stubGlobal('MediaStreamTrackProcessor', undefined);
  const { requestVideoFrameCallback } = HTMLVideoElement.prototype;
  onTestFinished(() => {
    Object.assign(HTMLVideoElement.prototype, { requestVideoFrameCallback });
  });
  for (const isPaced of [true, false]) {
    if (!isPaced) Reflect.deleteProperty(HTMLVideoElement.prototype, 'requestVideoFrameCallback');
    const stream = captured();
    const results = classifier.stream(stream)[Symbol.asyncIterator]();
    for (const digit of ['1', '0'] as const) {
      paper.digit = digit;
      await until(results, digit);
    }
    for (const track of stream.getTracks()) track.stop();
    for (;;) if ((await results.next()).done) break;
  }
});

it('captures frames with the cheapest strategy that works, and keeps it', async () => {
  const capture = new FrameCapture();
  const video = await playing(captured());
  const kinds = async (source: CapturedSource) => {
    const image = await capture.capture(source, 5);
    const kind = image?.constructor.name;
    if (image && 'close' in image) image.close();
    return kind;
  };
  expect(await kinds(video)).toBe('VideoFrame');
  expect(capture.fail(capture.strategy)).toBe(true);
  expect(await kinds(video)).toBe('ImageBitmap');
  const bitmap = vi.spyOn(globalThis, 'createImageBitmap').mockRejectedValue(new DOMException('', 'NotSupportedError'));
  expect(await kinds(video)).toBe('ImageData');
  capture.succeed(capture.strategy);
  bitmap.mockRestore();
  expect(capture.fail(capture.strategy)).toBe(false);
  expect(await kinds(paper.canvas)).toBe('ImageData');
  video.srcObject = null;
  expect(await kinds(video)).toBeUndefined();
});

it('skips no capture strategy if two frames fail at once', async () => {
  const capture = new FrameCapture();
  const failed = capture.strategy;
  // Both frames were captured with this strategy, and neither can be drawn.
  expect([capture.fail(failed), capture.fail(failed)]).toEqual([true, true]);
  vi.spyOn(globalThis, 'createImageBitmap').mockRejectedValue(new DOMException('', 'NotSupportedError'));
  const both = await Promise.all([5, 10].map((time) => capture.capture(paper.canvas, time)));
  expect(both.map((image) => image?.constructor.name)).toEqual(['ImageData', 'ImageData']);
  const last = capture.strategy;
  expect(capture.fail(last)).toBe(false);
  // No strategy has worked, so all are tried again for the next source.
  vi.restoreAllMocks();
  const image = (await capture.capture(paper.canvas, 15)) as VideoFrame;
  expect(image).toBeInstanceOf(VideoFrame);
  image.close();
});

it('reports why a frame cannot be captured, and a remedy', async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 3, height: 2 });
  vi.stubGlobal('VideoFrame', undefined);
  vi.spyOn(globalThis, 'createImageBitmap').mockRejectedValue(new DOMException('', 'NotSupportedError'));
  vi.spyOn(OffscreenCanvasRenderingContext2D.prototype, 'drawImage').mockImplementation(() => {
    throw new DOMException('out of pictures', 'InvalidStateError');
  });
  const taken = new FrameCapture().capture(canvas, 0);
  await expect(taken).rejects.toMatchObject({ code: 'invalid-image' });
  await expect(taken).rejects.toThrow(/3×2: out of pictures\. Draw/);
});

it('classifies a canvas inside a worker', async () => {
  const worker = new Worker(new URL('../support/stream.worker.ts', import.meta.url), { type: 'module' });
  const label = await new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', reject);
  });
  expect(label).toBe('1');
  worker.terminate();
});

it('closes every frame, classified or not', async () => {
  const open = new Set<VideoFrame>();
  const { close } = VideoFrame.prototype;
  vi.spyOn(VideoFrame.prototype, 'close').mockImplementation(function (this: VideoFrame) {
    open.delete(this);
    return close.call(this);
  });
  const Original = (globalThis as unknown as { MediaStreamTrackProcessor: TrackProcessor }).MediaStreamTrackProcessor;
  vi.stubGlobal(
    'MediaStreamTrackProcessor',
    class {
      readonly readable: ReadableStream<VideoFrame>;
      constructor(init: { track: MediaStreamTrack }) {
        const reader = new Original(init).readable.getReader();
        let isCancelled = false;
        this.readable = new ReadableStream(
          {
            async pull(controller) {
              const { value: frame } = await reader.read();
              if (isCancelled) frame?.close();
              if (isCancelled || !frame) return;
              open.add(frame);
              controller.enqueue(frame);
            },
            cancel: (reason) => {
              isCancelled = true;
              return reader.cancel(reason);
            },
          },
          { highWaterMark: 0 },
        );
      }
    },
  );
  const reader = classifier.stream(captured(), { frameRate: 10 }).getReader();
  for (let count = 0; count < 5; count++) await reader.read();
  // Nothing reads now. Frames arrive, and one of them waits.
  await new Promise((resolve) => setTimeout(resolve, 200));
  await reader.cancel();
  await expect.poll(() => open.size).toBe(0);
});

it('drops frames instead of falling behind', async () => {
  const results = classifier.stream(captured())[Symbol.asyncIterator]();
  const counts = async () => ((await results.next()) as { value: StreamResult }).value.counts;
  // Frames arrive between the reads.
  await expect.poll(async () => (await counts()).dropped, { interval: 200 }).toBeGreaterThan(0);
  const { classified } = await counts();
  expect((await counts()).classified).toBe(classified + 1);
  await results.return?.();
});

it('classifies a region, and its mirror image', async () => {
  const left = { x: 0, y: 0, width: 0.5, height: 1 };
  const right = { x: 0.5, y: 0, width: 0.5, height: 1 };
  const scoresOf = async (options: object): Promise<Float32Array> => {
    const results = classifier.stream(paper.canvas, { scores: true, ...options })[Symbol.asyncIterator]();
    const { value } = (await results.next()) as { value: StreamResult };
    await results.return?.();
    return value.scores as Float32Array;
  };
  const [seen, mirrored, elsewhere] = [
    await scoresOf({ region: left }),
    await scoresOf({ region: right, mirror: false }),
    await scoresOf({ region: left, mirror: true }),
  ];
  const half = new OffscreenCanvas(SIZE, SIZE);
  half.getContext('2d')?.drawImage(paper.canvas, 0, 0);
  expect(seen).toEqual((await classifier.classify(half.transferToImageBitmap(), { scores: true })).scores);
  expect(mirrored).not.toEqual(seen);
  expect(elsewhere).not.toEqual(seen);
  expect(() => classifier.stream(paper.canvas, { region: { ...left, width: 2 } })).toThrow(/region. is/);
});

it('smooths scores before it applies the threshold', async () => {
  const options = { smoothing: 60_000, scoreThreshold: 0.5, maxResults: 1, scores: true };
  const results = classifier.stream(paper.canvas, options)[Symbol.asyncIterator]();
  const { value: first } = (await results.next()) as { value: StreamResult };
  paper.digit = '0';
  paper.draw();
  const seen: StreamResult[] = [];
  while (seen.length < 5) seen.push(((await results.next()) as { value: StreamResult }).value);
  for (const { categories, scores } of seen) {
    expect(categories.map(({ label }) => label)).toEqual(['1']);
    expect(scores?.[0]).toBeLessThan(0.5);
  }
  expect(first.scores?.[1]).toBeGreaterThan(0.9);
  await results.return?.();
  expect(() => classifier.stream(paper.canvas, { smoothing: -1 })).toThrow(/smoothing. is -1/);
  expect(() => classifier.stream(paper.canvas, { frameRate: 0 })).toThrow(/frameRate. is 0/);
});

/** A picture that changes only on request, as each kind of source that produces frames by itself. */
class StillPicture {
  readonly paper = new Paper();
  readonly track: CanvasCaptureMediaStreamTrack;

  private constructor() {
    this.paper.stop();
    this.track = this.paper.canvas.captureStream(0).getVideoTracks()[0] as CanvasCaptureMediaStreamTrack;
  }

  static readonly KINDS = ['a track', 'a video element'] as const;

  static async in(kind: (typeof StillPicture.KINDS)[number]): Promise<{ picture: StillPicture; source: StreamSource }> {
    const picture = new StillPicture();
    if (kind === 'a track') return { picture, source: picture.track };
    const opened = playing(new MediaStream([picture.track]));
    picture.show('1');
    return { picture, source: await opened };
  }

  show(digit: '0' | '1'): void {
    this.paper.digit = digit;
    this.paper.draw();
    this.track.requestFrame();
  }
}

/** Returns whether the middle of the digit is black: it is for a one, and not for a zero. */
function hasInkInTheMiddle(video: HTMLVideoElement): boolean {
  const context = new OffscreenCanvas(2 * SIZE, SIZE).getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.drawImage(video, 0, 0);
  const [red = 0] = context.getImageData(SIZE / 2, SIZE / 2, 1, 1).data;
  return red < 128;
}

describe.each(StillPicture.KINDS)('%s that stands still', (kind) => {
  const hide = (isHidden: boolean) => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(isHidden);
    document.dispatchEvent(new Event('visibilitychange'));
  };

  it('is classified in its final state, even if its last frame came too early for the rate', async () => {
    const { picture, source } = await StillPicture.in(kind);
    const results = classifier.stream(source, { frameRate: 2 })[Symbol.asyncIterator]();
    picture.show('1');
    await until(results, '1');
    picture.show('0');
    await until(results, '0');
    await results.return?.();
  });

  it('is classified when the tab is visible again, without results of its earlier state', async () => {
    const { picture, source } = await StillPicture.in(kind);
    const results = classifier.stream(source)[Symbol.asyncIterator]();
    picture.show('1');
    await until(results, '1');
    // Nothing reads now, so this frame waits.
    picture.show('1');
    hide(true);
    picture.show('0');
    const next = results.next();
    let isRead = false;
    void next.then(() => {
      isRead = true;
    });
    if (source instanceof HTMLVideoElement) await expect.poll(() => hasInkInTheMiddle(source)).toBe(false);
    await classifier.classify(picture.paper.canvas);
    expect(isRead).toBe(false);
    hide(false);
    expect((await next).value?.categories[0]?.label).toBe('0');
    await results.return?.();
  });
});

it('delivers no result of the old source after a switch', async () => {
  const first = captured();
  const video = await playing(first);
  const results = classifier.stream(video, { smoothing: 60_000 })[Symbol.asyncIterator]();
  await until(results, '1');
  // Another camera in the same element. Smoothing alone would keep the label 1.
  const other = new Paper();
  other.digit = '0';
  other.draw();
  const pending = results.next();
  video.srcObject = other.canvas.captureStream(30);
  await video.play();
  await pending;
  const { value } = (await results.next()) as { value: StreamResult };
  expect(value.categories[0]?.label).toBe('0');
  await results.return?.();
  other.stop();
});

it('follows the tracks of a MediaStream, and ends with the last one', async () => {
  const stream = captured();
  const [track] = stream.getVideoTracks();
  const results = classifier.stream(stream)[Symbol.asyncIterator]();
  await until(results, '1');
  const other = new Paper();
  other.digit = '0';
  const [another] = other.canvas.captureStream(30).getVideoTracks();
  if (!track || !another) throw new Error('A canvas stream has a track.');
  stream.removeTrack(track);
  stream.addTrack(another);
  await until(results, '0');
  another.stop();
  for (;;) if ((await results.next()).done) break;
  other.stop();
});

it('ends at once if the track has already ended', async () => {
  const stream = captured();
  const [track] = stream.getVideoTracks();
  if (!track) throw new Error('A canvas stream has a track.');
  track.stop();
  for (const source of [track, stream]) {
    expect(await classifier.stream(source).getReader().read()).toEqual({ done: true, value: undefined });
  }
});

it('continues when a video is played again after its end', async () => {
  const recorder = new MediaRecorder(captured(), { mimeType: 'video/webm' });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => {
    if (data.size > 0) parts.push(data);
  });
  const recorded = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  recorder.start(50);
  await expect.poll(() => parts.length).toBeGreaterThan(5);
  recorder.stop();
  await recorded;
  const video = document.createElement('video');
  video.muted = true;
  video.src = URL.createObjectURL(new Blob(parts));
  const results = classifier.stream(video)[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => video.addEventListener('ended', resolve));
  await video.play();
  await until(results, '1');
  await ended;
  // Playing again seeks to the start, which discards earlier frames.
  await video.play();
  expect((await results.next()).done).toBe(false);
  await results.return?.();
});

it('fails with the reason of its signal, or when the classifier is disposed of', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const results = classifier.stream(captured(), { signal: controller.signal })[Symbol.asyncIterator]();
  await results.next();
  const next = results.next();
  controller.abort(reason);
  await expect(next).rejects.toBe(reason);
  const never = classifier.stream(captured(), { signal: controller.signal }).getReader();
  await expect(never.read()).rejects.toBe(reason);

  const another = await createClassifier({ model: lenetUrl, backend: 'wasm' });
  const reader = another.stream(captured()).getReader();
  await reader.read();
  const pending = reader.read();
  another.dispose();
  await expect(pending).rejects.toMatchObject({ code: 'disposed' });
  await expect(another.stream(captured()).getReader().read()).rejects.toMatchObject({ code: 'disposed' });
});

it('refuses a value that is not a source of frames', () => {
  const image = new Image() as unknown as HTMLCanvasElement;
  expect(() => classifier.stream(image)).toThrow(/HTMLImageElement.*is not a source of frames/);
});
