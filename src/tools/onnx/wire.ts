/** Writes a protobuf message field by field (protobuf.dev, "Encoding") without copying large values. */
export class MessageWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** Adds an integer of type `int32`, `int64` or `uint64`, or an enumeration. */
  varint(field: number, value: number): this {
    return this.#key(field, 0).#append(varintBytes(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#key(field, 5).#append(bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#key(field, 2).#append(varintBytes(value.length)).#append(value);
  }

  message(field: number, value: MessageWriter): this {
    this.#key(field, 2).#append(varintBytes(value.#length));
    for (const chunk of value.#chunks) this.#append(chunk);
    return this;
  }

  /** Returns the message written so far. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let place = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, place);
      place += chunk.length;
    }
    return all;
  }

  #key(field: number, wireType: number): this {
    return this.#append(varintBytes(field * 8 + wireType));
  }

  #append(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this;
  }
}

/** Encodes seven bits in each byte, lowest first. Negative numbers are 64-bit two's complement. */
function varintBytes(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.of(...bytes, Number(rest));
}
