import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import pictureRowsVideo from '../../shaders/picture/picture-rows-video.wgsl';
import { openDevice } from '../../src/backends/webgpu/device.ts';
import { toTransferable } from '../../src/client/images.ts';
import { createSession } from '../../src/engine/session.ts';
import type { TransferableImage } from '../../src/image/deferred-picture.ts';
import { DeferredPicture } from '../../src/image/deferred-picture.ts';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import type { Preprocessing } from '../../src/image/preprocessing.ts';
import type { View } from '../../src/image/view.ts';
import { gpuInput } from '../support/gpu-input.ts';
import { png } from '../support/png.ts';
import { randomNumbers } from '../support/small-graph.ts';
import { smallModel } from '../support/small-model.ts';

const [WIDTH, HEIGHT] = [64, 48];
const VIEWS: readonly View[] = [
  {},
  { mirror: true },
  { region: 'square' },
  { region: { x: 0.2, y: 0.3, width: 0.5, height: 0.6 }, mirror: true },
];
const PREPROCESSING: Preprocessing = {
  channels: 'bgr',
  width: 20,
  height: 17,
  fit: { method: 'stretch' },
  mean: { kind: 'channels', values: [104, 117, 123] },
  scale: 1,
};

/** Whether the GPU reads video frames directly. A software adapter may not. */
const readsVideo = await canReadVideo();
let device: GPUDevice;

beforeAll(async () => {
  ({ device } = await openDevice(navigator.gpu, undefined));
});

afterAll(() => device.destroy());

afterEach(() => {
  vi.restoreAllMocks();
});

async function canReadVideo(): Promise<boolean> {
  const { device } = await openDevice(navigator.gpu, undefined);
  const frame = smoothFrame('I420');
  try {
    return Boolean(device.importExternalTexture({ source: frame }));
  } catch {
    return false;
  } finally {
    frame.close();
    device.destroy();
  }
}

/** Returns a frame of a video: luma, and chroma at half the resolution. */
function smoothFrame(format: 'I420' | 'NV12', more: Partial<VideoFrameBufferInit> = {}): VideoFrame {
  const plane = (width: number, height: number, kinds: number) =>
    Array.from({ length: width * height * kinds }, (_, index) => {
      const [x, y] = [Math.floor(index / kinds) % width, Math.floor(index / kinds / width)];
      return 128 + 60 * Math.sin((3 * x) / width + (index % kinds)) * Math.cos((2 * y) / height + kinds);
    });
  const colours = [WIDTH / 2, HEIGHT / 2] as const;
  const chroma =
    format === 'NV12' ? plane(...colours, 2) : [...plane(...colours, 1), ...plane(...colours, 1).reverse()];
  const bytes = Uint8Array.from([...plane(WIDTH, HEIGHT, 1), ...chroma]);
  return new VideoFrame(bytes, { format, codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 0, ...more });
}

function randomBytes(width: number, height: number, translucent: boolean): Uint8Array<ArrayBuffer> {
  const random = randomNumbers(7);
  return Uint8Array.from({ length: width * height * 4 }, (_, index) =>
    index % 4 === 3 && !translucent ? 255 : Math.floor(random() * 256),
  );
}

function randomFrame(format: 'RGBA' | 'RGBX', more: object = {}): VideoFrame {
  const size = { codedWidth: WIDTH, codedHeight: HEIGHT };
  const bytes = randomBytes(WIDTH, HEIGHT, format === 'RGBA');
  return new VideoFrame(bytes, { format, ...size, timestamp: 0, ...more });
}

function randomBitmap(width: number, height: number, translucent: boolean): Promise<TransferableImage> {
  const samples = randomBytes(width, height, translucent);
  return toTransferable(new Blob([png({ width, height, colourType: 6, samples })]));
}

/** Returns the input that drawing an image leads to. */
function drawnInput(image: TransferableImage, view: View, preprocessing: Preprocessing): number[] {
  const bytes = toInputBytes(new DeferredPicture(image, view).draw(), preprocessing);
  return Array.from(toNetworkInput(bytes, preprocessing));
}

/** Returns the differences between the inputs that the GPU and drawing make of an image, which is closed. */
async function differences(image: VideoFrame, view: View): Promise<number[]> {
  const wanted = drawnInput(image.clone(), view, PREPROCESSING);
  const picture = new DeferredPicture(image, view);
  const made = await gpuInput(device, picture, PREPROCESSING);
  picture.close();
  return made.map((value, index) => Math.abs(value - (wanted[index] as number)));
}

describe.each([false, true])('bitmaps, translucent: %s', (translucent) => {
  it.each([
    [1, 1],
    [WIDTH, HEIGHT],
    [123, 301],
    [20, 17],
  ])('of %i×%i give the same input on the GPU as drawn, without being drawn', async (width, height) => {
    for (const view of VIEWS) {
      for (const channels of ['bgr', 'rgb', 'gray'] as const) {
        const preprocessing: Preprocessing = { ...PREPROCESSING, channels };
        const wanted = drawnInput(await randomBitmap(width, height, translucent), view, preprocessing);
        const drawing = vi.spyOn(OffscreenCanvasRenderingContext2D.prototype, 'drawImage');
        const picture = new DeferredPicture(await randomBitmap(width, height, translucent), view);
        expect(await gpuInput(device, picture, preprocessing)).toEqual(wanted);
        expect(drawing).not.toHaveBeenCalled();
        drawing.mockRestore();
        picture.close();
      }
    }
  });
});

it.each(VIEWS)('gives the same input for RGB frames on the GPU as drawn: %o', async (view) => {
  for (const format of ['RGBA', 'RGBX'] as const) {
    expect(Math.max(...(await differences(randomFrame(format), view)))).toBe(0);
  }
  const visibleRect = { x: 8, y: 4, width: 40, height: 30 };
  expect(Math.max(...(await differences(randomFrame('RGBX', { visibleRect }), view)))).toBe(0);
});

it.each(VIEWS)('gives nearly the same input for video frames on the GPU as drawn: %o', async (view) => {
  for (const format of ['I420', 'NV12'] as const) {
    // Bitmaps give equal inputs. Frames that the GPU reads directly are rounded once, drawn ones twice.
    expect(Math.max(...(await differences(smoothFrame(format), view)))).toBeLessThanOrEqual(readsVideo ? 8 : 0);
  }
});

it('draws rotated frames and frames whose pixels are not square', async () => {
  const asTheyAre = vi.spyOn(GPUDevice.prototype, 'importExternalTexture');
  const copied = vi.spyOn(GPUQueue.prototype, 'copyExternalImageToTexture');
  for (const more of [{ rotation: 90 }, { flip: true }, { displayWidth: 80, displayHeight: HEIGHT }]) {
    expect(Math.max(...(await differences(randomFrame('RGBX', more), { mirror: true })))).toBe(0);
  }
  expect(asTheyAre).not.toHaveBeenCalled();
  expect(copied).not.toHaveBeenCalled();
});

it('tries each upload strategy once for a format, and remembers the one that works for the device', async () => {
  const { device } = await openDevice(navigator.gpu, undefined);
  const asTheyAre = vi.spyOn(GPUDevice.prototype, 'importExternalTexture');
  const copied = vi.spyOn(GPUQueue.prototype, 'copyExternalImageToTexture');
  const bitmaps = vi.spyOn(globalThis, 'createImageBitmap');
  const see = async (image: TransferableImage) => {
    const picture = new DeferredPicture(image);
    await gpuInput(device, picture, PREPROCESSING);
    picture.close();
  };
  for (let frame = 0; frame < 3; frame++) await see(smoothFrame('I420'));
  // Trials: the frame directly; if that fails, a copy of it, and the two strategies for its bitmap.
  expect(asTheyAre).toHaveBeenCalledTimes(readsVideo ? 4 : 2);
  expect(copied).toHaveBeenCalledTimes(readsVideo ? 0 : 1 + 1 + 3);
  expect(bitmaps).toHaveBeenCalledTimes(readsVideo ? 0 : 3);
  for (const spy of [asTheyAre, copied]) spy.mockClear();
  const bitmap = await randomBitmap(WIDTH, HEIGHT, false);
  await see(bitmap);
  expect(asTheyAre).toHaveBeenCalledTimes(readsVideo ? 1 : 0);
  expect(copied).toHaveBeenCalledTimes(readsVideo ? 2 : 1);
  device.destroy();
});

it('tries the next strategy after an asynchronous error, and draws after an error of a known strategy', async () => {
  const { device } = await openDevice(navigator.gpu, undefined);
  const uncaught = vi.fn();
  device.onuncapturederror = uncaught;
  const wanted = drawnInput(await randomBitmap(WIDTH, HEIGHT, true), {}, PREPROCESSING);
  const seen = async () =>
    gpuInput(device, new DeferredPicture(await randomBitmap(WIDTH, HEIGHT, true)), PREPROCESSING);
  const copying = vi.spyOn(GPUQueue.prototype, 'copyExternalImageToTexture');
  copying.mockImplementation(() => {
    device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE });
  });
  for (let image = 0; image < 2; image++) expect(await seen()).toEqual(wanted);
  expect(copying).toHaveBeenCalledTimes(1);
  expect(uncaught).not.toHaveBeenCalled();
  device.destroy();

  const { device: other } = await openDevice(navigator.gpu, undefined);
  const seenThere = async () =>
    gpuInput(other, new DeferredPicture(await randomBitmap(WIDTH, HEIGHT, true)), PREPROCESSING);
  copying.mockRestore();
  expect(await seenThere()).toEqual(wanted);
  const failing = vi.spyOn(GPUQueue.prototype, 'copyExternalImageToTexture').mockImplementationOnce(() => {
    throw new DOMException('not now', 'OperationError');
  });
  expect(await seenThere()).toEqual(wanted);
  expect(await seenThere()).toEqual(wanted);
  expect(failing).toHaveBeenCalledTimes(2);
  other.destroy();
});

it('compiles the shader that reads video frames directly', async () => {
  const module = device.createShaderModule({ code: pictureRowsVideo });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  expect(pipeline.label).toBe('');
  expect((await module.getCompilationInfo()).messages).toEqual([]);
});

it('gives the same scores for deferred and drawn pictures, on both backends and after a device loss', async () => {
  const { requestDevice } = GPUAdapter.prototype;
  const devices: GPUDevice[] = [];
  vi.spyOn(GPUAdapter.prototype, 'requestDevice').mockImplementation(async function (this: GPUAdapter, ...given) {
    const device = await requestDevice.apply(this, given);
    devices.push(device);
    return device;
  });
  const image = async () =>
    new DeferredPicture(await randomBitmap(WIDTH, HEIGHT, true), { mirror: true, region: 'square' });
  const both = async () => [await image(), new DeferredPicture(randomFrame('RGBX'))];
  const drawn = (await both()).map((picture) => picture.draw());
  for (const backend of ['webgpu', 'wasm'] as const) {
    const session = await createSession(smallModel(), { backend });
    const { blobs } = await session.runPictures(drawn);
    const pictures = await both();
    expect((await session.runPictures(pictures)).blobs).toEqual(blobs);
    const [lost] = devices;
    if (backend === 'webgpu') {
      lost?.destroy();
      await lost?.lost;
      expect((await session.runPictures(pictures)).blobs).toEqual(blobs);
    }
    for (const picture of pictures) picture.close();
    session.dispose();
  }
  expect(devices).toHaveLength(2);
});
