import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CaffeWeights, readBinaryproto, readCaffemodel } from '../../../src/tools/caffe/caffemodel.ts';
import {
  type BlobLayout,
  bytesField,
  currentLayout,
  type TestBlob,
  type TestLayer,
  tag,
  varint,
  writeBinaryproto,
  writeCaffemodel,
} from '../../support/caffe-files.ts';

const blobs: fc.Arbitrary<TestBlob> = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      values: fc.array(fc.float({ noNaN: true }), { minLength: product(shape), maxLength: product(shape) }),
    }),
  );

const layers: fc.Arbitrary<TestLayer[]> = fc.uniqueArray(
  fc.record({ name: fc.string({ maxLength: 9 }), blobs: fc.array(blobs, { minLength: 1, maxLength: 3 }) }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 4 },
);

const layouts: fc.Arbitrary<BlobLayout> = fc.record({
  data: fc.constantFrom('packed', 'unpacked', 'double'),
  dimensions: fc.constantFrom('shape', 'unpackedShape', 'old'),
});

describe('readCaffemodel', () => {
  it('reads every layout', () => {
    fc.assert(
      fc.property(layers, layouts, fc.constantFrom('layer' as const, 'layers' as const), (net, layout, format) => {
        expect(plain(readCaffemodel(writeCaffemodel(net, layout, format)))).toEqual(expected(net, layout));
      }),
    );
  });

  it('returns views into the file, at any offset of the values', () => {
    for (const name of ['', 'a', 'ab', 'abc']) {
      const bytes = writeCaffemodel([{ name, blobs: [{ shape: [3], values: [1, -2, 3.5] }] }]);
      const values = readCaffemodel(bytes).get(name)?.[0]?.values;
      expect(values?.buffer).toBe(bytes.buffer);
      expect(values).toEqual(Float32Array.of(1, -2, 3.5));
    }
  });

  it('reads a file at an odd offset of its buffer', () => {
    const bytes = writeCaffemodel([{ name: 'conv1', blobs: [{ shape: [2], values: [1, 2] }] }]);
    for (let offset = 0; offset < 4; offset++) {
      const larger = new Uint8Array(bytes.length + offset);
      larger.set(bytes, offset);
      expect(plain(readCaffemodel(larger.subarray(offset)))).toEqual([['conv1', [[[2], [1, 2]]]]]);
    }
  });

  it('joins values in several fields', () => {
    const piece = (...values: number[]) => bytesField(5, [...new Uint8Array(Float32Array.from(values).buffer)]);
    const single = [...tag(5, 5), ...new Uint8Array(Float32Array.of(4).buffer)];
    const blob = [...piece(1, 2), ...bytesField(7, bytesField(1, [4])), ...piece(3), ...single];
    const bytes = Uint8Array.from(bytesField(100, [...bytesField(1, [97]), ...bytesField(7, blob)]));
    expect(plain(readCaffemodel(bytes))).toEqual([['a', [[[4], [1, 2, 3, 4]]]]]);
  });

  it('skips fields that it does not need', () => {
    const unknown = [...tag(15, 0), ...varint(3e9), ...tag(14, 1), 1, 2, 3, 4, 5, 6, 7, 8, ...tag(13, 5), 1, 2, 3, 4];
    const bytes = writeCaffemodel([{ name: 'a', blobs: [{ shape: [1], values: [7] }] }]);
    expect(plain(readCaffemodel(Uint8Array.from([...unknown, ...bytes, ...unknown])))).toEqual([['a', [[[1], [7]]]]]);
  });

  it.each([
    ['an HTML page', new TextEncoder().encode('<!DOCTYPE html><html></html>')],
    ['an empty file', new Uint8Array()],
    ['a net without weights', Uint8Array.from(bytesField(1, [97]))],
    ['a length beyond the end', Uint8Array.from([...tag(100, 2), 200, 1, 0])],
    ['an endless number', new Uint8Array(20).fill(0xff)],
    ['a field 0', Uint8Array.of(2, 1, 0)],
    ['floats of 3 bytes', inLayer(bytesField(5, [1, 2, 3]))],
    [
      'fewer values than the shape has',
      inLayer([...bytesField(7, bytesField(1, [2])), ...bytesField(5, [0, 0, 0, 0])]),
    ],
    ['an unfinished dimension', inLayer(bytesField(7, bytesField(1, [0x80])))],
    [
      'floats and doubles in one blob',
      inLayer([...bytesField(5, [0, 0, 0, 0]), ...bytesField(8, Array<number>(8).fill(0))]),
    ],
  ])('rejects %s, naming the byte', (_, bytes) => {
    expect(() => readCaffemodel(bytes)).toThrow(
      expect.objectContaining({ code: 'caffemodel-format', details: { byte: expect.any(Number) } }),
    );
  });

  it('rejects a file truncated at any byte that is not between two layers', () => {
    const net = ['conv1', 'conv2', 'fc'].map((name) => ({ name, blobs: [{ shape: [2, 2], values: [1, 2, 3, 4] }] }));
    const complete = expected(net, currentLayout);
    for (const format of ['layer', 'layers'] as const) {
      const bytes = writeCaffemodel(net, currentLayout, format);
      const read = Array.from(bytes, (_, length) => attempt(() => plain(readCaffemodel(bytes.slice(0, length)))));
      // A file truncated between two layers is a valid file with fewer layers.
      expect(read.filter((layers) => layers !== undefined)).toEqual([complete.slice(0, 1), complete.slice(0, 2)]);
    }
  });

  it('throws only HwgqErrors for any wrong byte', () => {
    const net = [{ name: 'conv1', blobs: [{ shape: [2, 2], values: [1, 2, 3, 4] }] }];
    fc.assert(
      fc.property(layouts, fc.nat(), fc.nat(255), (layout, place, byte) => {
        const bytes = writeCaffemodel(net, layout);
        bytes[place % bytes.length] = byte;
        attempt(() => readCaffemodel(bytes));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('readBinaryproto', () => {
  it('reads every layout', () => {
    fc.assert(
      fc.property(blobs, layouts, (blob, layout) => {
        const { shape, values } = readBinaryproto(writeBinaryproto(blob, layout));
        expect([[...shape], [...values]]).toEqual(expectedBlob(blob, layout));
      }),
    );
  });

  it('rejects a file without values', () => {
    expect(() => readBinaryproto(new Uint8Array())).toThrow(expect.objectContaining({ code: 'caffemodel-format' }));
  });
});

function inLayer(blob: readonly number[]): Uint8Array {
  return Uint8Array.from(bytesField(100, [...bytesField(1, [97]), ...bytesField(7, blob)]));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toMatchObject({ name: 'HwgqError', code: 'caffemodel-format' });
    return undefined;
  }
}

function plain(weights: CaffeWeights) {
  return [...weights].map(([name, blobs]) => [name, blobs.map(({ shape, values }) => [[...shape], [...values]])]);
}

function expected(net: readonly TestLayer[], layout: BlobLayout) {
  return net.map(({ name, blobs }) => [name, blobs.map((blob) => expectedBlob(blob, layout))]);
}

function expectedBlob({ shape, values }: TestBlob, { dimensions }: BlobLayout) {
  return [dimensions === 'old' ? [1, 1, 1, 1, ...shape].slice(-4) : [...shape], [...values]];
}

function product(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}
