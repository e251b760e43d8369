/** Bytes that a vector instruction may read or write beyond the end of a table or tensor. */
const SLACK = 64;
const ALIGNMENT = 16;

/** A float32 number as the 32-bit word that holds it. */
export function floatWord(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] as number;
}

/** A float64 number as the two words that hold it. */
export function doubleWords(value: number): [number, number] {
  return Array.from(new Int32Array(Float64Array.of(value).buffer)) as [number, number];
}

/**
 * What a memory is to hold, put together before it is made, so that it is made once and in its final size, and tables
 * are written where they stay.
 */
export class MemoryImage {
  private size = ALIGNMENT;
  private readonly writers: ((memory: ArrayBufferLike) => void)[] = [];

  get bytes(): number {
    return this.size;
  }

  /** Keeps room, and gives its address. */
  reserve(bytes: number): number {
    const address = this.size;
    this.size = Math.ceil((address + bytes + SLACK) / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** Room for a table that `write` fills once the memory is there. */
  table(bytes: number, write: (table: Uint8Array) => void): number {
    const address = this.reserve(bytes);
    this.writers.push((memory) => write(new Uint8Array(memory, address, bytes)));
    return address;
  }

  /** Words one after the other, as a kernel's parameters are. */
  words(values: readonly number[]): number {
    return this.data(Int32Array.from(values));
  }

  data(values: ArrayBufferView): number {
    const { buffer, byteOffset, byteLength } = values;
    return this.table(byteLength, (table) => table.set(new Uint8Array(buffer, byteOffset, byteLength)));
  }

  /** Writes everything. May be called once. */
  writeTo(memory: ArrayBufferLike): void {
    for (const write of this.writers) write(memory);
    this.writers.length = 0;
  }
}
