import pictureRowsTexture from '../../../shaders/picture/picture-rows-texture.wgsl';
import pictureRowsVideo from '../../../shaders/picture/picture-rows-video.wgsl';
import type { DeferredPicture } from '../../image/deferred-picture.ts';
import { PipelineCache } from './pipelines.ts';

/** The pixels that a shader reads, and the position of the region in them. */
type Uploaded = readonly [pixels: GPUTextureView | GPUExternalTexture, left: number, top: number];

/** A device with a texture to copy pixels to. */
export interface UploadTarget {
  readonly device: GPUDevice;
  textureOf(width: number, height: number): GPUTexture;
}

/** A way to bring an image to the GPU, with the pipeline that reads it there. */
export interface UploadStrategy {
  readonly rows: GPUComputePipeline;
  /** Uploads the image. It throws, or causes a validation error on the device, if the device does not accept it. */
  readonly upload: (target: UploadTarget, source: DeferredPicture) => Uploaded;
}

/** The cheapest strategy first. */
const STRATEGIES: readonly (readonly [shader: string, upload: UploadStrategy['upload']])[] = [
  [
    pictureRowsVideo,
    ({ device }, { image, left, top }) => {
      const source = image as VideoFrame;
      // Browsers disagree on whether the colours of an external texture are multiplied by alpha.
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

/** Each device's strategies by a frame's format; bitmaps have the format undefined. */
const known = new WeakMap<GPUDevice, Map<VideoPixelFormat | null | undefined, UploadStrategy | undefined>>();

/**
 * Returns the cheapest strategy that works, which is tried once for each format on a device. A frame that the device does
 * not accept is replaced by a bitmap.
 * @returns undefined if the image must be drawn.
 */
export async function uploadStrategyOf(
  target: UploadTarget,
  source: DeferredPicture,
): Promise<UploadStrategy | undefined> {
  if (!source.image) return undefined;
  const format = 'format' in source.image ? source.image.format : undefined;
  const strategies = known.get(target.device) ?? new Map();
  known.set(target.device, strategies);
  if (!strategies.has(format)) strategies.set(format, await firstThatWorks(target, source));
  if (strategies.get(format) || format === undefined) return strategies.get(format);
  await source.toBitmap();
  return uploadStrategyOf(target, source);
}

async function firstThatWorks(target: UploadTarget, source: DeferredPicture): Promise<UploadStrategy | undefined> {
  const { device } = target;
  for (const [code, upload] of STRATEGIES) {
    device.pushErrorScope('validation');
    let failed = false;
    try {
      upload(target, source);
    } catch {
      failed = true;
    }
    // The scope must end even if the upload threw.
    if (!((await device.popErrorScope()) || failed)) return { rows: await picturePipeline(device, code), upload };
  }
  return undefined;
}

/** Compiles a shader of shaders/picture. */
export function picturePipeline(device: GPUDevice, code: string): Promise<GPUComputePipeline> {
  return PipelineCache.of(device).get(code, { entryPoint: 'main', constants: {} });
}
