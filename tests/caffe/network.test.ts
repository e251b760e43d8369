import { expect, it } from 'vitest';
import { readCaffemodel } from '../../src/caffe/caffemodel.ts';
import { readNetwork } from '../../src/caffe/network.ts';
import { parseText } from '../../src/caffe/text-format.ts';
import { HwgqError } from '../../src/errors.ts';

const INPUT = 'input: "data" input_shape { dim: 1 dim: 1 dim: 4 dim: 4 }';

it('reads nested messages, lists, enums, numbers, both quotes and comments', () => {
  const message = parseText(`
    # a comment
    name: 'single' "joined"; pool: MAX, on: true
    sizes: [1, 2.5e1f, -0x10] inner { deep < word: inf > }
  `);
  expect(message.string('name')).toBe('singlejoined');
  expect(message.word('pool')).toBe('MAX');
  expect(message.boolean('on')).toBe(true);
  expect(message.numbers('sizes')).toEqual([1, 25, -16]);
  expect(message.message('inner').message('deep').number('word')).toBe(Number.POSITIVE_INFINITY);
});

it.each([
  ['name "x"', 1, 6],
  ['layer {\n  name: }', 2, 9],
  ['layer {\n', 2, 1],
  ['a: "open', 1, 4],
])('says where %j goes wrong', (text, line, column) => {
  expect(() => parseText(text)).toThrow(
    expect.objectContaining({ code: 'prototxt-syntax', details: { line, column } }),
  );
});

it('takes the TEST phase and drops data, loss and accuracy layers', () => {
  const network = readNetwork(`
    layer { name: "d" type: "Data" top: "data" include { phase: TRAIN } transform_param { crop_size: 9 } }
    layer { name: "d" type: "Data" top: "data" include { phase: TEST } transform_param { crop_size: 5 } }
    layer { name: "r" type: "ReLU" bottom: "data" top: "data" }
    layer { name: "l" type: "SoftmaxWithLoss" bottom: "data" bottom: "label" top: "loss" }
    layer { name: "a" type: "Accuracy" bottom: "data" bottom: "label" top: "accuracy" include { phase: TEST } }
  `);
  expect(network.input).toEqual({ name: 'data', shape: [3, 5, 5] });
  expect(network.layers.map(({ name }) => name)).toEqual(['r']);
});

it('names an unknown layer, its type, and the known types', () => {
  const text = `${INPUT} layer { name: "odd" type: "Embed" bottom: "data" top: "x" }`;
  expect(() => readNetwork(text)).toThrow(
    expect.objectContaining({ code: 'unknown-layer', details: { layer: 'odd', type: 'Embed' } }),
  );
  expect(() => readNetwork(text)).toThrow(/BinaryConvolution/);
});

/** A layer 'c' with one blob of four floats, packed or not, in the current or the V1 layout. */
function caffemodel(isPacked: boolean, isV1: boolean): Uint8Array<ArrayBuffer> {
  const bytes = (values: number[]) => [...new Uint8Array(Float32Array.from(values).buffer)];
  const field = (number: number, content: number[]) => {
    const key = number * 8 + 2;
    return [...(key < 128 ? [key] : [(key & 127) | 128, key >> 7]), content.length, ...content];
  };
  const values = [1, -2, 3.5, 0];
  const data = isPacked ? field(5, bytes(values)) : values.flatMap((value) => [5 * 8 + 5, ...bytes([value])]);
  const shape = isV1 ? [8, 1, 16, 1, 24, 2, 32, 2] : field(7, field(1, [2, 2]));
  const blob = [...data, ...shape];
  const layer = isV1 ? [...field(4, [99]), ...field(6, blob)] : [...field(1, [99]), ...field(7, blob)];
  return Uint8Array.from(field(isV1 ? 2 : 100, layer));
}

it.each([
  [true, false],
  [false, false],
  [true, true],
  [false, true],
])('reads weights, packed %s, V1 %s', (isPacked, isV1) => {
  const blob = readCaffemodel(caffemodel(isPacked, isV1)).get('c')?.[0];
  expect(Array.from(blob?.values ?? [])).toEqual([1, -2, 3.5, 0]);
  expect(blob?.shape).toEqual(isV1 ? [1, 1, 2, 2] : [2, 2]);
});

it('says of every cut file at which byte it ends', () => {
  const file = caffemodel(true, false);
  for (let length = 0; length < file.length; length++) {
    try {
      readCaffemodel(file.slice(0, length));
      expect.unreachable(`${length} bytes were accepted`);
    } catch (error) {
      expect(error).toBeInstanceOf(HwgqError);
      expect(error).toMatchObject({ code: 'caffemodel-format' });
    }
  }
});
