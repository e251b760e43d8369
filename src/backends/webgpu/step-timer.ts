const TIMESTAMP_BYTES = 8;

/** Times passes by timestamp queries. */
export class StepTimer {
  private constructor(
    private readonly count: number,
    private readonly queries: GPUQuerySet,
    private readonly resolved: GPUBuffer,
    private readonly readback: GPUBuffer,
  ) {}

  /** @returns undefined where the device has no timestamp queries. */
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

  /** Describes the pass of a step. */
  pass(index: number): GPUComputePassDescriptor {
    const { queries } = this;
    return {
      timestampWrites: {
        querySet: queries,
        beginningOfPassWriteIndex: 2 * index,
        endOfPassWriteIndex: 2 * index + 1,
      },
    };
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.queries, 0, 2 * this.count, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.readback, 0, this.readback.size);
  }

  /** Milliseconds of each pass, once what was resolved has run. A clock that was set back gives 0. */
  async read(): Promise<number[]> {
    await this.readback.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(this.readback.getMappedRange());
    const passes = Array.from({ length: this.count }, (_, index) => {
      const nanoseconds = Number((times[2 * index + 1] as bigint) - (times[2 * index] as bigint));
      return Math.max(0, nanoseconds / 1e6);
    });
    this.readback.unmap();
    return passes;
  }

  dispose(): void {
    this.queries.destroy();
    this.resolved.destroy();
    this.readback.destroy();
  }
}
