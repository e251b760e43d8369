import pictureColumns from '../../../shaders/picture/picture-columns.wgsl';
import pictureRows from '../../../shaders/picture/picture-rows-texture.wgsl';
import { type AnyPicture, DeferredPicture, decoded } from '../../image/deferred-picture.ts';
import type { Size } from '../../image/picture.ts';
import { type Preprocessing, takesIntegers } from '../../image/preprocessing.ts';
import { isSeparable, type Resampling, resamplingOf } from '../../image/resampling.ts';
import { dispatchThreads } from './prepared-step.ts';
import { PICTURE_BINDINGS, type PictureBinding, packUniform } from './shader-interface.ts';
import { picturePipeline, type UploadStrategy, type UploadTarget, uploadStrategyOf } from './upload-strategies.ts';

/** A picture with its resampling to the network's input, and its upload strategy. */
export interface PreparedPicture {
  readonly picture: AnyPicture;
  readonly resampling: Resampling;
  /** Undefined if its pixels must be drawn first. */
  readonly strategy: UploadStrategy | undefined;
}

/** A picture on the GPU: the first pipeline, the pixels that it reads, and how they are laid out. */
type PlacedPicture = readonly [
  rows: GPUComputePipeline,
  pixels: GPUTextureView | GPUExternalTexture,
  layout: { readonly left: number; readonly top: number; readonly step: number; readonly straight: number },
];

const ORDERS = { bgr: 0, rgb: 1, gray: 2 } as const;

/**
 * Resizes and crops pictures of any size on the GPU and writes them to a network's input, with the same integer arithmetic
 * as `src/image`.
 */
export class PictureInput implements UploadTarget {
  readonly #preprocessing: Preprocessing;
  readonly #rowsPipeline: GPUComputePipeline;
  readonly #columnsPipeline: GPUComputePipeline;
  readonly #buffers = new Map<string, GPUBuffer>();
  #pixels: GPUTexture | undefined;
  /** The resampling whose taps have been uploaded. */
  #uploaded: Resampling | undefined;
  /** The latest resampling. Pictures often have the size of the previous one, and camera frames always do. */
  #latest: { readonly size: Size; readonly resampling: Resampling } | undefined;

  private constructor(
    readonly device: GPUDevice,
    preprocessing: Preprocessing,
    rowsPipeline: GPUComputePipeline,
    columnsPipeline: GPUComputePipeline,
  ) {
    this.#preprocessing = preprocessing;
    this.#rowsPipeline = rowsPipeline;
    this.#columnsPipeline = columnsPipeline;
  }

  /** Returns whether the GPU can preprocess a picture. Mean images, fractional means and `digit` need the CPU. */
  static accepts(device: GPUDevice, preprocessing: Preprocessing, picture: Size): boolean {
    const { maxTextureDimension2D } = device.limits;
    return (
      takesIntegers(preprocessing) &&
      isSeparable(picture, preprocessing) &&
      Math.max(picture.width, picture.height) <= maxTextureDimension2D
    );
  }

  /** @param preprocessing one that the GPU accepts. */
  static async create(device: GPUDevice, preprocessing: Preprocessing): Promise<PictureInput> {
    const shaders = [pictureRows, pictureColumns].map((code) => picturePipeline(device, code));
    const [rows, columns] = (await Promise.all(shaders)) as [GPUComputePipeline, GPUComputePipeline];
    return new PictureInput(device, preprocessing, rows, columns);
  }

  /** Determines the resampling and the upload strategy of a picture that the GPU accepts. */
  async prepare(picture: AnyPicture): Promise<PreparedPicture> {
    const strategy = picture instanceof DeferredPicture ? await uploadStrategyOf(this, picture) : undefined;
    return { picture, resampling: this.#resamplingOf(picture), strategy };
  }

  /**
   * Uploads a picture and encodes the passes that write it to image `image` of an input tensor. Submit them before you
   * encode the next picture, which reuses the buffers.
   */
  encode(pass: GPUComputePassEncoder, prepared: PreparedPicture, input: GPUBufferBinding, image: number): void {
    const { device } = this;
    const { columns, rows } = prepared.resampling;
    const firstRow = Math.min(...rows.map(({ first }) => first));
    const endRow = Math.max(...rows.map(({ first, coefficients }) => first + coefficients.length));
    const rowCount = endRow - firstRow;
    const [rowsPipeline, pixels, layout] = this.#placed(prepared);
    const values = packUniform('Picture', {
      mean: Array.from(this.#preprocessing.mean.values),
      ...layout,
      firstRow,
      rowCount,
      outputWidth: columns.length,
      outputHeight: rows.length,
      image,
      order: ORDERS[this.#preprocessing.channels],
    });
    const { STORAGE, UNIFORM } = GPUBufferUsage;
    // The struct's size is a multiple of 16 bytes, the alignment of its vector.
    const uniform = this.#buffer('picture', Math.ceil(values.byteLength / 16) * 16, UNIFORM);
    device.queue.writeBuffer(uniform, 0, values);
    const taps = this.#tapsOf(prepared.resampling);
    const between = this.#buffer('rows', rowCount * columns.length * 4, STORAGE);
    const bind = (
      pipeline: GPUComputePipeline,
      resources: Readonly<Partial<Record<PictureBinding, GPUBindingResource>>>,
    ) => {
      const entries = Object.entries(resources).map(([name, resource]) => ({
        binding: PICTURE_BINDINGS[name as PictureBinding],
        resource,
      }));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    };
    const shared = { picture: { buffer: uniform }, taps: { buffer: taps }, rows: { buffer: between } };
    bind(rowsPipeline, { ...shared, pixels });
    dispatchThreads(pass, rowCount * columns.length);
    bind(this.#columnsPipeline, { ...shared, input });
    dispatchThreads(pass, columns.length * rows.length);
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
    this.#pixels?.destroy();
  }

  /** Returns the texture that pixels are copied to. It is kept, and replaced if the size changes. */
  textureOf(width: number, height: number): GPUTexture {
    if (this.#pixels?.width === width && this.#pixels.height === height) return this.#pixels;
    this.#pixels?.destroy();
    const { COPY_DST, RENDER_ATTACHMENT, TEXTURE_BINDING } = GPUTextureUsage;
    // `copyExternalImageToTexture` requires RENDER_ATTACHMENT.
    const usage = COPY_DST | RENDER_ATTACHMENT | TEXTURE_BINDING;
    this.#pixels = this.device.createTexture({ label: 'pixels', size: [width, height], format: 'rgba8unorm', usage });
    return this.#pixels;
  }

  /** Uploads a picture by its strategy, or as drawn pixels if that fails. */
  #placed({ picture, strategy }: PreparedPicture): PlacedPicture {
    if (strategy && picture instanceof DeferredPicture) {
      try {
        const [pixels, left, top] = strategy.upload(this, picture);
        const layout = picture.mirror ? { left: left + picture.width - 1, step: -1 } : { left, step: 1 };
        return [strategy.rows, pixels, { ...layout, top, straight: 0 }];
      } catch {
        // This picture is drawn instead.
      }
    }
    const { width, height, data } = decoded(picture);
    const texture = this.textureOf(width, height);
    const layout = { bytesPerRow: width * 4 };
    this.device.queue.writeTexture({ texture }, data as Uint8Array<ArrayBuffer>, layout, [width, height]);
    return [this.#rowsPipeline, texture.createView(), { left: 0, top: 0, step: 1, straight: 1 }];
  }

  /** Returns the table of taps, which is uploaded again only if the taps differ from the last picture's. */
  #tapsOf(resampling: Resampling): GPUBuffer {
    const { columns, rows } = resampling;
    const all = [...columns, ...rows];
    const length = all.reduce((sum, { coefficients }) => sum + 3 + coefficients.length, 0);
    const buffer = this.#buffer('taps', length * 4, GPUBufferUsage.STORAGE);
    if (this.#uploaded === resampling) return buffer;
    const table = new Int32Array(length);
    let position = 3 * all.length;
    for (const [index, { first, coefficients }] of all.entries()) {
      table.set([first, position, coefficients.length], 3 * index);
      table.set(coefficients, position);
      position += coefficients.length;
    }
    this.device.queue.writeBuffer(buffer, 0, table);
    this.#uploaded = resampling;
    return buffer;
  }

  #resamplingOf({ width, height }: Size): Resampling {
    const known = this.#latest;
    if (known?.size.width === width && known.size.height === height) return known.resampling;
    const resampling = resamplingOf({ width, height }, this.#preprocessing);
    this.#latest = { size: { width, height }, resampling };
    return resampling;
  }

  /** Returns a buffer that is kept from picture to picture, and replaced if its size changes. */
  #buffer(label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const known = this.#buffers.get(label);
    if (known?.size === size) return known;
    known?.destroy();
    if (label === 'taps') this.#uploaded = undefined;
    const buffer = this.device.createBuffer({ label, size, usage: usage | GPUBufferUsage.COPY_DST });
    this.#buffers.set(label, buffer);
    return buffer;
  }
}
