import pictureRowsTexture from '../../../shaders/picture-rows-texture.wgsl';
import pictureRowsVideo from '../../../shaders/picture-rows-video.wgsl';
import { PipelineCache } from './pipelines.ts';

/** A part of an image that the browser has yet to draw, in pixels of the image. */
export interface UndrawnSource {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly mirror: boolean;
  /** Absent where it has to be drawn. */
  readonly image: (ImageBitmap & { readonly format?: undefined }) | VideoFrame | undefined;
  /** Makes a frame a bitmap, or draws it. */
  toBitmap(): Promise<void>;
  /** RGBA of straight alpha. */
  draw(): { readonly width: number; readonly height: number; readonly data: Uint8Array | Uint8ClampedArray };
}

/** What a shader reads, and where the part begins in it. */
type Taken = readonly [pixels: GPUTextureView | GPUExternalTexture, left: number, top: number];

/** A device, and textures on it into which pixels can be copied. */
export interface ImageTarget {
  readonly device: GPUDevice;
  textureOf(width: number, height: number): GPUTexture;
}

/** A way in which a device takes images, and the shader for it. */
export interface ImageWay {
  readonly rows: GPUComputePipeline;
  /** May throw where an image cannot be taken. */
  readonly take: (target: ImageTarget, source: UndrawnSource) => Taken;
}

/** Cheapest first. Each throws, or makes an error on the device, where that does not take such images. */
const WAYS: readonly (readonly [shader: string, take: ImageWay['take']])[] = [
  [
    pictureRowsVideo,
    ({ device }, { image, left, top }) => {
      const source = image as VideoFrame;
      // Browsers are not at one whether alpha is in the colours already.
      if (source.format?.includes('A')) throw new TypeError(source.format);
      return [device.importExternalTexture({ source }), left, top];
    },
  ],
  [
    pictureRowsTexture,
    (target, { image, left, top, width, height }) => {
      const texture = target.textureOf(width, height);
      const source = { source: image as VideoFrame, origin: [left, top] };
      target.device.queue.copyExternalImageToTexture(source, { texture, premultipliedAlpha: true }, [width, height]);
      return [texture.createView(), 0, 0];
    },
  ],
];

/** What was found out, by a frame's format; bitmaps have none. */
const found = new WeakMap<GPUDevice, Map<VideoPixelFormat | null | undefined, ImageWay | undefined>>();

/**
 * The cheapest way that works, tried once for each kind of image on a device. A frame that the device does not take
 * becomes a bitmap.
 * @returns undefined where the image has to be drawn.
 */
export async function wayOf(target: ImageTarget, source: UndrawnSource): Promise<ImageWay | undefined> {
  if (!source.image) return undefined;
  const { format } = source.image;
  const ways = found.get(target.device) ?? new Map();
  found.set(target.device, ways);
  if (!ways.has(format)) ways.set(format, await firstWay(target, source));
  if (ways.get(format) || format === undefined) return ways.get(format);
  await source.toBitmap();
  return wayOf(target, source);
}

async function firstWay(target: ImageTarget, source: UndrawnSource): Promise<ImageWay | undefined> {
  const { device } = target;
  for (const [code, take] of WAYS) {
    device.pushErrorScope('validation');
    let failed = false;
    try {
      take(target, source);
    } catch {
      failed = true;
    }
    // It waits in any case: the scope has to end.
    if (!((await device.popErrorScope()) || failed)) return { rows: await pipelineOf(device, code), take };
  }
  return undefined;
}

/** @param code of a shader that makes rows or columns of a picture. */
export function pipelineOf(device: GPUDevice, code: string): Promise<GPUComputePipeline> {
  return PipelineCache.of(device).get({ code, entryPoint: 'main', constants: {} });
}
