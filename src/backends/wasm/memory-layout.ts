import type { WeightKernels } from './kernels.ts';
import { type FilterShape, packedSignBytes, type SignPacking } from './pack-weights.ts';

/** Bytes that a vector instruction may read or write beyond the end of a table or tensor. */
const SLACK = 64;
const ALIGNMENT = 16;

/**
 * Layout of a memory, planned before the memory is created. The memory is then allocated once, at its final size, and
 * each table is written directly to its address.
 */
export class MemoryLayout {
  #bytes = ALIGNMENT;
  readonly #packings: SignPacking[] = [];
  readonly #writers: ((memory: ArrayBufferLike) => void)[] = [];

  /** Size of the memory in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Reserves bytes and returns their address. */
  reserve(bytes: number): number {
    const address = this.#bytes;
    this.#bytes = Math.ceil((address + bytes + SLACK) / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** Reserves a table that `write` fills once the memory exists, and returns its address. */
  table(bytes: number, write: (table: Uint8Array) => void): number {
    const address = this.reserve(bytes);
    this.#writers.push((memory) => write(new Uint8Array(memory, address, bytes)));
    return address;
  }

  /** Reserves memory for packed signs, and returns its address. */
  packedSigns(signs: Uint8Array, shape: FilterShape): number {
    const address = this.reserve(packedSignBytes(shape));
    this.#packings.push({ signs, shape, address });
    return address;
  }

  /** Adds 32-bit words and returns their address. */
  words(values: readonly number[]): number {
    return this.data(Int32Array.from(values));
  }

  /** Adds the bytes of an array and returns their address. */
  data(values: ArrayBufferView): number {
    const { buffer, byteOffset, byteLength } = values;
    return this.table(byteLength, (table) => table.set(new Uint8Array(buffer, byteOffset, byteLength)));
  }

  /** The size of the largest signs to pack. */
  get largestSigns(): number {
    return Math.max(0, ...this.#packings.map(({ signs }) => signs.length));
  }

  /** Writes all tables to the memory. Call it once. */
  writeTo(memory: ArrayBufferLike): void {
    for (const write of this.#writers) write(memory);
    this.#writers.length = 0;
  }

  /**
   * Packs all signs. Call it once.
   * @param kernels kernels of the same memory.
   * @param scratch address of memory for the largest signs, with room to read beyond them.
   */
  packSigns(memory: ArrayBufferLike, kernels: WeightKernels, scratch: number): void {
    for (const { signs, shape, address } of this.#packings.splice(0)) {
      new Uint8Array(memory, scratch, signs.length).set(signs);
      kernels.packSigns(scratch, address, shape.groups, shape.outputs, shape.inputs, shape.taps);
    }
  }
}
