import pictureColumns from '../../../shaders/picture-columns.wgsl';
import pictureRows from '../../../shaders/picture-rows.wgsl';
import { PipelineCache } from './pipelines.ts';
import { dispatchThreads } from './prepared-step.ts';

/** Which inputs make one output along an axis, by whole coefficients that sum to 2^14. */
interface Tap {
  readonly first: number;
  readonly coefficients: Int32Array;
}

/** A decoded picture, RGBA of straight alpha, and the taps of each column and row of the network's input. */
export interface SourcePicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly columns: readonly Tap[];
  readonly rows: readonly Tap[];
}

/** How colours become channels of whole numbers. */
export interface PictureFormat {
  readonly channels: 'bgr' | 'rgb' | 'gray';
  /** Whole numbers, one a channel. */
  readonly mean: readonly number[];
}

const ORDERS = { bgr: 0, rgb: 1, gray: 2 } as const;
/** Numbers of the shaders' `Picture`; its mean begins at a multiple of 16 bytes. */
const PICTURE_NUMBERS = 12;
const MEAN_PLACE = 8;

/** Makes pictures of any size an image of a network's input, on the GPU, in the same whole numbers as `src/image`. */
export class PictureInput {
  private readonly buffers = new Map<string, GPUBuffer>();
  private taps: Pick<SourcePicture, 'columns' | 'rows'> | undefined;

  private constructor(
    private readonly device: GPUDevice,
    private readonly format: PictureFormat,
    private readonly rowsPipeline: GPUComputePipeline,
    private readonly columnsPipeline: GPUComputePipeline,
  ) {}

  static async create(device: GPUDevice, format: PictureFormat): Promise<PictureInput> {
    const cache = PipelineCache.of(device);
    const pipelineOf = (code: string) => cache.get({ code, entryPoint: 'main', constants: {} });
    const [rows, columns] = await Promise.all([pipelineOf(pictureRows), pipelineOf(pictureColumns)]);
    return new PictureInput(device, format, rows, columns);
  }

  /**
   * Uploads a picture and encodes its way into image `image` of an input tensor. What is encoded must be submitted
   * before the next picture is.
   */
  encode(pass: GPUComputePassEncoder, picture: SourcePicture, input: GPUBufferBinding, image: number): void {
    const { device } = this;
    const { width, height, data, columns, rows } = picture;
    const firstRow = Math.min(...rows.map(({ first }) => first));
    const endRow = Math.max(...rows.map(({ first, coefficients }) => first + coefficients.length));
    const rowCount = endRow - firstRow;
    const numbers = new Int32Array(PICTURE_NUMBERS);
    numbers.set([width, firstRow, rowCount, columns.length, rows.length, image, ORDERS[this.format.channels]]);
    numbers.set(this.format.mean, MEAN_PLACE);
    const { STORAGE, UNIFORM } = GPUBufferUsage;
    const uniform = this.buffer('picture', numbers.byteLength, UNIFORM);
    device.queue.writeBuffer(uniform, 0, numbers);
    const pixels = this.buffer('pixels', width * height * 4, STORAGE);
    device.queue.writeBuffer(pixels, 0, data as Uint8Array<ArrayBuffer>);
    const taps = this.tapsOf(picture);
    const between = this.buffer('rows', rowCount * columns.length * 4, STORAGE);
    const bind = (pipeline: GPUComputePipeline, resources: readonly GPUBindingResource[]) => {
      const entries = resources.map((resource, binding) => ({ binding, resource }));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    };
    bind(this.rowsPipeline, [{ buffer: uniform }, { buffer: taps }, { buffer: pixels }, { buffer: between }]);
    dispatchThreads(pass, rowCount * columns.length);
    bind(this.columnsPipeline, [{ buffer: uniform }, { buffer: taps }, { buffer: between }, input]);
    dispatchThreads(pass, columns.length * rows.length);
  }

  dispose(): void {
    for (const buffer of this.buffers.values()) buffer.destroy();
    this.buffers.clear();
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
}
