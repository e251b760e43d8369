import pictureColumns from '../../../shaders/picture-columns.wgsl';
import pictureRows from '../../../shaders/picture-rows-texture.wgsl';
import { type ImageTarget, type ImageWay, pipelineOf, type UndrawnSource, wayOf } from './image-ways.ts';
import { dispatchThreads } from './prepared-step.ts';

/** Which inputs make one output along an axis, by whole coefficients that sum to 2^14. */
interface Tap {
  readonly first: number;
  readonly coefficients: Int32Array;
}

/** A picture, decoded or yet to be drawn, and the taps of each column and row of the network's input. */
export interface SourcePicture {
  readonly picture: ReturnType<UndrawnSource['draw']> | UndrawnSource;
  readonly columns: readonly Tap[];
  readonly rows: readonly Tap[];
}

/** A picture of which it is known in which way it comes to the GPU. */
export interface PreparedPicture extends SourcePicture {
  readonly way: ImageWay | undefined;
}

/** A picture on the GPU, and the first numbers of the shaders' `Picture` for it. */
type PlacedPicture = readonly [
  rows: GPUComputePipeline,
  pixels: GPUTextureView | GPUExternalTexture,
  numbers: readonly [left: number, top: number, step: number, straight: number],
];

/** How colours become channels of whole numbers. */
export interface PictureFormat {
  readonly channels: 'bgr' | 'rgb' | 'gray';
  /** Whole numbers, one a channel. */
  readonly mean: readonly number[];
}

const ORDERS = { bgr: 0, rgb: 1, gray: 2 } as const;
/** Numbers of the shaders' `Picture`; its mean begins at a multiple of 16 bytes. */
const PICTURE_NUMBERS = 16;
const MEAN_PLACE = 12;

/** Makes pictures of any size an image of a network's input, on the GPU, in the same whole numbers as `src/image`. */
export class PictureInput implements ImageTarget {
  private readonly buffers = new Map<string, GPUBuffer>();
  private pixels: GPUTexture | undefined;
  private taps: Pick<SourcePicture, 'columns' | 'rows'> | undefined;

  private constructor(
    readonly device: GPUDevice,
    private readonly format: PictureFormat,
    private readonly rowsPipeline: GPUComputePipeline,
    private readonly columnsPipeline: GPUComputePipeline,
  ) {}

  static async create(device: GPUDevice, format: PictureFormat): Promise<PictureInput> {
    const shaders = [pictureRows, pictureColumns].map((code) => pipelineOf(device, code));
    const [rows, columns] = (await Promise.all(shaders)) as [GPUComputePipeline, GPUComputePipeline];
    return new PictureInput(device, format, rows, columns);
  }

  /** Finds out how a picture comes to the GPU. */
  async prepare(source: SourcePicture): Promise<PreparedPicture> {
    const { picture } = source;
    return { ...source, way: 'draw' in picture ? await wayOf(this, picture) : undefined };
  }

  /**
   * Uploads a picture and encodes its way into image `image` of an input tensor. What is encoded must be submitted
   * before the next picture is.
   */
  encode(pass: GPUComputePassEncoder, prepared: PreparedPicture, input: GPUBufferBinding, image: number): void {
    const { device } = this;
    const { columns, rows } = prepared;
    const firstRow = Math.min(...rows.map(({ first }) => first));
    const endRow = Math.max(...rows.map(({ first, coefficients }) => first + coefficients.length));
    const rowCount = endRow - firstRow;
    const [rowsPipeline, pixels, place] = this.placed(prepared);
    const numbers = new Int32Array(PICTURE_NUMBERS);
    numbers.set([...place, firstRow, rowCount, columns.length, rows.length, image, ORDERS[this.format.channels]]);
    numbers.set(this.format.mean, MEAN_PLACE);
    const { STORAGE, UNIFORM } = GPUBufferUsage;
    const uniform = this.buffer('picture', numbers.byteLength, UNIFORM);
    device.queue.writeBuffer(uniform, 0, numbers);
    const taps = this.tapsOf(prepared);
    const between = this.buffer('rows', rowCount * columns.length * 4, STORAGE);
    const bind = (pipeline: GPUComputePipeline, resources: readonly GPUBindingResource[]) => {
      const entries = resources.map((resource, binding) => ({ binding, resource }));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    };
    bind(rowsPipeline, [{ buffer: uniform }, { buffer: taps }, pixels, { buffer: between }]);
    dispatchThreads(pass, rowCount * columns.length);
    bind(this.columnsPipeline, [{ buffer: uniform }, { buffer: taps }, { buffer: between }, input]);
    dispatchThreads(pass, columns.length * rows.length);
  }

  dispose(): void {
    for (const buffer of this.buffers.values()) buffer.destroy();
    this.buffers.clear();
    this.pixels?.destroy();
  }

  /** Brings a picture to the GPU: as it is, or as the pixels that it becomes where that fails. */
  private placed({ picture, way }: Omit<PreparedPicture, 'columns' | 'rows'>): PlacedPicture {
    const isDecoded = 'data' in picture;
    if (way && !isDecoded) {
      try {
        const [pixels, left, top] = way.take(this, picture);
        return [way.rows, pixels, picture.mirror ? [left + picture.width - 1, top, -1, 0] : [left, top, 1, 0]];
      } catch {
        // Drawing is left.
      }
    }
    const { width, height, data } = isDecoded ? picture : picture.draw();
    const texture = this.textureOf(width, height);
    const layout = { bytesPerRow: width * 4 };
    this.device.queue.writeTexture({ texture }, data as Uint8Array<ArrayBuffer>, layout, [width, height]);
    return [this.rowsPipeline, texture.createView(), [0, 0, 1, 1]];
  }

  /** The taps' table, uploaded anew only where they are others than last time. */
  private tapsOf({ columns, rows }: SourcePicture): GPUBuffer {
    const all = [...columns, ...rows];
    const length = all.reduce((sum, { coefficients }) => sum + 3 + coefficients.length, 0);
    const buffer = this.buffer('taps', length * 4, GPUBufferUsage.STORAGE);
    if (this.taps?.columns === columns && this.taps.rows === rows) return buffer;
    const table = new Int32Array(length);
    let place = 3 * all.length;
    for (const [index, { first, coefficients }] of all.entries()) {
      table.set([first, place, coefficients.length], 3 * index);
      table.set(coefficients, place);
      place += coefficients.length;
    }
    this.device.queue.writeBuffer(buffer, 0, table);
    this.taps = { columns, rows };
    return buffer;
  }

  /** A buffer that is kept from picture to picture, and made anew where its size changes. */
  private buffer(label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const known = this.buffers.get(label);
    if (known?.size === size) return known;
    known?.destroy();
    if (label === 'taps') this.taps = undefined;
    const buffer = this.device.createBuffer({ label, size, usage: usage | GPUBufferUsage.COPY_DST });
    this.buffers.set(label, buffer);
    return buffer;
  }

  /** The texture that pixels are copied into, kept in the same way. */
  textureOf(width: number, height: number): GPUTexture {
    if (this.pixels?.width === width && this.pixels.height === height) return this.pixels;
    this.pixels?.destroy();
    const { COPY_DST, RENDER_ATTACHMENT, TEXTURE_BINDING } = GPUTextureUsage;
    // Browsers copy images by drawing them.
    const usage = COPY_DST | RENDER_ATTACHMENT | TEXTURE_BINDING;
    this.pixels = this.device.createTexture({ label: 'pixels', size: [width, height], format: 'rgba8unorm', usage });
    return this.pixels;
  }
}
