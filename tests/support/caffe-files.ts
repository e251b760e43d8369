/** Writes Caffe's binary files for tests, in every layout that Caffe has used. */

export interface BlobLayout {
  /** `packed` is the current encoding; `unpacked` has a tag before every float; `double` is used by networks trained in float64. */
  readonly data: 'packed' | 'unpacked' | 'double';
  /** `shape` is the current BlobShape; `unpackedShape` has a tag before every dimension; `old` is num, channels, height, width. */
  readonly dimensions: 'shape' | 'unpackedShape' | 'old';
}

export interface TestBlob {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface TestLayer {
  readonly name: string;
  readonly blobs: readonly TestBlob[];
}

export const currentLayout: BlobLayout = { data: 'packed', dimensions: 'shape' };

/** Encodes a caffemodel with the current `layer` messages or the old `layers`. */
export function writeCaffemodel(
  layers: readonly TestLayer[],
  layout: BlobLayout = currentLayout,
  format: 'layer' | 'layers' = 'layer',
): Uint8Array<ArrayBuffer> {
  const [field, name, blobs] = format === 'layer' ? [100, 1, 7] : [2, 4, 6];
  const messages = layers.map((layer) =>
    bytesField(field, [
      ...bytesField(name, [...new TextEncoder().encode(layer.name)]),
      ...layer.blobs.flatMap((blob) => bytesField(blobs, blobFields(blob, layout))),
    ]),
  );
  return Uint8Array.from([...bytesField(1, [...new TextEncoder().encode('net')]), ...messages.flat()]);
}

/** Encodes a binaryproto: a single blob, such as a mean image. */
export function writeBinaryproto(blob: TestBlob, layout: BlobLayout = currentLayout): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(blobFields(blob, layout));
}

function blobFields({ shape, values }: TestBlob, layout: BlobLayout): number[] {
  const data = {
    packed: () => bytesField(5, littleEndian(Float32Array.from(values))),
    unpacked: () => values.flatMap((value) => [...tag(5, 5), ...littleEndian(Float32Array.of(value))]),
    double: () => bytesField(8, littleEndian(Float64Array.from(values))),
  }[layout.data]();
  switch (layout.dimensions) {
    case 'shape':
      return [...data, ...bytesField(7, bytesField(1, shape.flatMap(varint)))];
    case 'unpackedShape':
      return [
        ...data,
        ...bytesField(
          7,
          shape.flatMap((size) => [...tag(1, 0), ...varint(size)]),
        ),
      ];
    case 'old': {
      const four = [1, 1, 1, 1, ...shape].slice(-4);
      return [...four.flatMap((size, index) => [...tag(index + 1, 0), ...varint(size)]), ...data];
    }
  }
}

export function bytesField(number: number, content: readonly number[]): number[] {
  return [...tag(number, 2), ...varint(content.length), ...content];
}

export function tag(number: number, wireType: number): number[] {
  return varint(number * 8 + wireType);
}

export function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

function littleEndian(values: Float32Array | Float64Array): number[] {
  return [...new Uint8Array(values.buffer)];
}
