const TIMESTAMP_BYTES = 8;

/** Times compute passes with timestamp queries. */
export class StepTimer {
  readonly #count: number;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #readback: GPUBuffer;

  private constructor(count: number, queries: GPUQuerySet, resolved: GPUBuffer, readback: GPUBuffer) {
    this.#count = count;
    this.#queries = queries;
    this.#resolved = resolved;
    this.#readback = readback;
  }

  /**
   * @param count how many passes it times at once.
   * @returns undefined if the device has no timestamp queries.
   */
  static create(device: GPUDevice, count: number): StepTimer | undefined {
    if (!device.features.has('timestamp-query')) return undefined;
    const size = 2 * count * TIMESTAMP_BYTES;
    return new StepTimer(
      count,
      device.createQuerySet({ type: 'timestamp', count: 2 * count }),
      device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }),
      device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
    );
  }

  /** Returns the descriptor of pass `index`, to begin it with. */
  pass(index: number): GPUComputePassDescriptor {
    return {
      timestampWrites: {
        querySet: this.#queries,
        beginningOfPassWriteIndex: 2 * index,
        endOfPassWriteIndex: 2 * index + 1,
      },
    };
  }

  /** Encodes the transfer of the timestamps; encode it after the passes. */
  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#queries, 0, 2 * this.#count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#readback, 0, this.#readback.size);
  }

  /** Returns the milliseconds of each pass after the resolved passes have run; 0 if the GPU's clock was reset meanwhile. */
  async read(): Promise<number[]> {
    await this.#readback.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(this.#readback.getMappedRange());
    const passes = Array.from({ length: this.#count }, (_, index) => {
      const nanoseconds = Number((times[2 * index + 1] as bigint) - (times[2 * index] as bigint));
      return Math.max(0, nanoseconds / 1e6);
    });
    this.#readback.unmap();
    return passes;
  }

  dispose(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
    this.#readback.destroy();
  }
}
