import { afterEach, describe, expect, it, vi } from 'vitest';
import { toTransferable } from '../../src/client/images.ts';
import { createSession } from '../../src/engine/session.ts';
import { DeferredPicture, type TransferableImage } from '../../src/image/deferred-picture.ts';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import type { Preprocessing } from '../../src/image/preprocessing.ts';
import type { View } from '../../src/image/view.ts';
import { randomNumbers } from '../support/small-graph.ts';
import { smallModel } from '../support/small-model.ts';
import { wasmInput } from '../support/wasm-input.ts';

const [WIDTH, HEIGHT] = [164, 148];
const VIEWS: readonly View[] = [
  {},
  { mirror: true },
  { region: 'square' },
  // Its left edge is odd, its top is even.
  { region: { x: 33 / WIDTH, y: 40 / HEIGHT, width: 0.5, height: 0.6 }, mirror: true },
  { region: { x: 40 / WIDTH, y: 31 / HEIGHT, width: 101 / WIDTH, height: 0.5 } },
];
const PREPROCESSING: Preprocessing = {
  channels: 'bgr',
  width: 20,
  height: 17,
  fit: { method: 'crop', resize: 30 },
  mean: { kind: 'channels', values: [104, 117, 123] },
  scale: 1,
};
const P3 = { primaries: 'smpte432', transfer: 'iec61966-2-1', matrix: 'rgb', fullRange: true } as const;

afterEach(() => {
  vi.restoreAllMocks();
});

function randomBytes(length: number, isOpaque: boolean): Uint8ClampedArray<ArrayBuffer> {
  const random = randomNumbers(7);
  return Uint8ClampedArray.from({ length }, (_, index) =>
    isOpaque && index % 4 === 3 ? 255 : Math.floor(random() * 256),
  );
}

function frame(format: VideoPixelFormat, more: object = {}): VideoFrame {
  const bytesPerPixel = { I420: 1.5, NV12: 1.5, I420A: 2.5 }[format as string] ?? 4;
  // Chromium draws the fourth byte of RGBX as if it were alpha.
  const bytes = randomBytes(WIDTH * HEIGHT * bytesPerPixel, format.endsWith('X'));
  return new VideoFrame(bytes, { format, codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 0, ...more });
}

function bitmap(isOpaque: boolean, colorSpace: PredefinedColorSpace = 'srgb'): Promise<TransferableImage> {
  const pixels = new ImageData(randomBytes(WIDTH * HEIGHT * 4, isOpaque), WIDTH, HEIGHT, { colorSpace });
  return createImageBitmap(pixels);
}

function canvasBitmap(): Promise<TransferableImage> {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const pixels = new ImageData(randomBytes(WIDTH * HEIGHT * 4, true), WIDTH, HEIGHT);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return toTransferable(canvas);
}

const COPIED: readonly [string, () => TransferableImage | Promise<TransferableImage>][] = [
  ['opaque bitmaps', () => bitmap(true)],
  ['bitmaps of canvases', canvasBitmap],
  ['RGBX frames', () => frame('RGBX')],
  ['BGRX frames', () => frame('BGRX')],
  ['RGBX frames in Display P3', () => frame('RGBX', { colorSpace: P3 })],
  ['I420 frames', () => frame('I420')],
  ['NV12 frames', () => frame('NV12')],
  ['RGBX frames with a visible part', () => frame('RGBX', { visibleRect: { x: 7, y: 4, width: 120, height: 91 } })],
  ['I420 frames with a visible part', () => frame('I420', { visibleRect: { x: 8, y: 4, width: 120, height: 92 } })],
];
const DRAWN: readonly [string, () => TransferableImage | Promise<TransferableImage>][] = [
  ['translucent bitmaps', () => bitmap(false)],
  ['opaque bitmaps in Display P3', () => bitmap(true, 'display-p3')],
  ['RGBA frames', () => frame('RGBA')],
  ['I420A frames', () => frame('I420A')],
  ['rotated frames', () => frame('RGBX', { rotation: 90 })],
  ['frames without square pixels', () => frame('RGBX', { displayWidth: 200, displayHeight: HEIGHT })],
];

async function check(image: () => TransferableImage | Promise<TransferableImage>, view: View): Promise<number> {
  let drawings = 0;
  for (const channels of ['bgr', 'gray'] as const) {
    const values = channels === 'gray' ? [110] : [104, 117, 123];
    const preprocessing: Preprocessing = { ...PREPROCESSING, channels, mean: { kind: 'channels', values } };
    const whole = new DeferredPicture(await image(), view).draw();
    const wanted = Array.from(toNetworkInput(toInputBytes(whole, preprocessing), preprocessing));
    const picture = new DeferredPicture(await image(), view);
    const drawing = vi.spyOn(OffscreenCanvasRenderingContext2D.prototype, 'drawImage');
    const toInput = await wasmInput(preprocessing);
    expect(await toInput(picture)).toEqual(wanted);
    // The image stays open, so that a run can be repeated.
    expect(await toInput(picture)).toEqual(wanted);
    drawings += drawing.mock.calls.length;
    drawing.mockRestore();
    picture.close();
  }
  return drawings;
}

describe.each(COPIED)('%s', (_, image) => {
  it.each(VIEWS)('become the same input as drawing them, without being drawn: %o', async (view) => {
    expect(await check(image, view)).toBe(0);
  });
});

describe.each(DRAWN)('%s', (_, image) => {
  it.each(VIEWS)('are drawn, and become the same input as if all of them were drawn: %o', async (view) => {
    expect(await check(image, view)).toBeGreaterThan(0);
  });
});

it.each([...COPIED, ...DRAWN])('%s become the same digit as drawing them', async (_, image) => {
  const digit: Preprocessing = { ...PREPROCESSING, channels: 'gray', fit: { method: 'digit' } };
  const preprocessing: Preprocessing = { ...digit, mean: { kind: 'channels', values: [0] } };
  const toInput = await wasmInput(preprocessing);
  for (const view of VIEWS) {
    const whole = new DeferredPicture(await image(), view).draw();
    const picture = new DeferredPicture(await image(), view);
    expect(await toInput(picture)).toEqual(
      Array.from(toNetworkInput(toInputBytes(whole, preprocessing), preprocessing)),
    );
    picture.close();
  }
});

it.each([true, false])('pixels become the same input as drawing them, opaque %s', async (isOpaque) => {
  const pixels = () => new ImageData(randomBytes(WIDTH * HEIGHT * 4, isOpaque), WIDTH, HEIGHT);
  for (const view of VIEWS) expect(await check(pixels, view)).toBe(0);
});

it('draws frames if the browser does not convert them', async () => {
  vi.spyOn(VideoFrame.prototype, 'copyTo').mockResolvedValue([
    { offset: 0, stride: WIDTH },
    { offset: WIDTH * HEIGHT, stride: WIDTH / 2 },
    { offset: 1.25 * WIDTH * HEIGHT, stride: WIDTH / 2 },
  ]);
  expect(await check(() => frame('I420'), { region: 'square' })).toBeGreaterThan(0);
});

it('draws frames in other browsers than Chromium', async () => {
  const { userAgentData } = navigator as { userAgentData?: unknown };
  expect(userAgentData).toBeDefined();
  const proto = Object.getPrototypeOf(navigator) as object;
  const property = Object.getOwnPropertyDescriptor(proto, 'userAgentData') as PropertyDescriptor;
  Reflect.deleteProperty(proto, 'userAgentData');
  try {
    expect(await check(() => frame('I420'), { mirror: true })).toBeGreaterThan(0);
  } finally {
    Object.defineProperty(proto, 'userAgentData', property);
  }
});

it('draws only what the crop needs, in slices, on one canvas', async () => {
  const [width, height] = [4000, 3000];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context?.fillRect(0, 0, width, height);
  context?.clearRect(1000, 1000, 20, 20);
  const picture = new DeferredPicture(canvas.transferToImageBitmap());
  const preprocessing: Preprocessing = { ...PREPROCESSING, fit: { method: 'crop', resize: 40 } };
  const toInput = await wasmInput(preprocessing);
  const reading = vi.spyOn(OffscreenCanvasRenderingContext2D.prototype, 'getImageData');
  const seen = await toInput(picture);
  const areas = reading.mock.calls.map(([, , width, height]) => width * height);
  expect(Math.max(...areas)).toBeLessThanOrEqual(2 ** 22);
  expect(areas.reduce((sum, area) => sum + area)).toBeLessThan(0.35 * width * height);
  const bytes = toInputBytes(picture.draw(), preprocessing);
  expect(seen).toEqual(Array.from(toNetworkInput(bytes, preprocessing)));
});

it('runs that overlap do not disturb each other', async () => {
  const session = await createSession(smallModel(), { backend: 'wasm' });
  const input = new Int16Array(3 * 17 * 13).fill(40);
  const runs = [
    () => session.runPictures([new DeferredPicture(frame('I420'))]),
    () => session.run(input, 1),
    () => session.runPictures([new DeferredPicture(frame('BGRX')), new DeferredPicture(frame('NV12'))]),
  ];
  const alone = [];
  for (const run of runs) alone.push((await run()).blobs);
  const together = await Promise.all([...runs, ...runs].map((run) => run()));
  expect(together.map(({ blobs }) => blobs)).toEqual([...alone, ...alone]);
  session.dispose();
});

it('returns the scores computed by hand for fractional means and mean images', async () => {
  const { preprocessing, ...model } = smallModel();
  const values = Float32Array.from({ length: 3 * 17 * 13 }, (_, index) => 100 + (index % 50) / 8);
  for (const mean of [{ kind: 'channels', values: [104.5, 117, 123] } as const, { kind: 'image', values } as const]) {
    const floats: Preprocessing = { ...preprocessing, mean, scale: 0.01 };
    const session = await createSession({ ...model, preprocessing: floats }, { backend: 'wasm' });
    const bytes = toInputBytes(new DeferredPicture(frame('I420')).draw(), floats);
    const { blobs } = await session.run(toNetworkInput(bytes, floats), 1);
    expect((await session.runPictures([new DeferredPicture(frame('I420'))])).blobs).toEqual(blobs);
    session.dispose();
  }
});
