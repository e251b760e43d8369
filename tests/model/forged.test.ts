import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { HwgqError } from '../../src/errors.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { encodeModel } from '../../src/model/encode.ts';
import { CHECKED_FROM, HEADER_FROM } from '../../src/model/file-layout.ts';
import { Sha256, sha256 } from '../../src/model/hash.ts';
import type { Model } from '../../src/model/model.ts';
import { ModelDecoder } from '../../src/model/model-decoder.ts';
import { aligned, inflated } from '../../src/model/sections.ts';
import { smallModel } from '../support/small-model.ts';

const file = encodeModel(smallModel());
const stored = new DataView(file.buffer).getUint32(CHECKED_FROM, true);
const raw = new DataView(file.buffer).getUint32(CHECKED_FROM + 4, true);
const header = new TextDecoder().decode(inflated(file.subarray(HEADER_FROM, HEADER_FROM + stored), raw));
const ownSections = file.subarray(aligned(HEADER_FROM + stored));

/** Returns a file with another header, and lengths and hash that match it. */
function forged(text: string, sections = ownSections, version = 1): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const packed = deflateSync(bytes);
  const start = aligned(HEADER_FROM + packed.length);
  const made = new Uint8Array(start + sections.length);
  const view = new DataView(made.buffer);
  made.set(file.subarray(0, 8));
  view.setUint32(4, version, true);
  view.setUint32(CHECKED_FROM, packed.length, true);
  view.setUint32(CHECKED_FROM + 4, bytes.length, true);
  made.set(packed, HEADER_FROM);
  made.set(sections, start);
  made.set(sha256(made.subarray(CHECKED_FROM)), 8);
  return made;
}

function failure(text: string, sections = ownSections): string {
  try {
    decodeModel(forged(text, sections));
    return 'accepted';
  } catch (error) {
    return error instanceof HwgqError ? error.code : `unexpected: ${error}`;
  }
}

it('accepts a forged file with the original header', () => {
  expect(decodeModel(forged(header))).toEqual(smallModel());
});

const FORMAT = 'model-format';
const SHAPE = 'shape-mismatch';

it.each([
  ['a section that does not exist', '{"section":0}', '{"section":9999}', FORMAT, /weights\.values' is missing/],
  [
    'a section named like a property of every object',
    '{"section":0}',
    '{"section":"constructor"}',
    FORMAT,
    /values' is/,
  ],
  ['the section of another tensor', '{"section":1}', '{"section":0}', SHAPE, /'conv1' needs 21 biases and has 945/],
  ['more numbers than sections may have', '["f32",945,', '["f32",94500000000,', FORMAT, /94500000000 numbers/],
  ['a zero stride', '"stride":[2,2]', '"stride":[0,2]', FORMAT, /stride\[0\]' is 0; it must be an integer from 1/],
  [
    'a padding as large as its kernel',
    '"kernel":[3,3],"stride":[2,2],"pad":[1,1]',
    '"kernel":[3,3],"stride":[2,2],"pad":[1,3]',
    SHAPE,
    /padding 1×3 must be smaller than its kernel 3×3/,
  ],
  ['a huge kernel', '"kernel":[3,3]', '"kernel":[65535,65535]', SHAPE, /is too small|must be smaller/],
  ['an unknown layer type', '"type":"batchNorm"', '"type":"constructor"', FORMAT, /type' is "constructor"/],
  ['a missing field', '"epsilon":', '"epsilom":', FORMAT, /epsilon' is missing/],
  ['an infinite number', '"epsilon":0.', '"epsilon":1e999,"x":0.', FORMAT, /epsilon' is Infinity/],
  ['no input channels', '"shape":[3,17,13]', '"shape":[0,17,13]', FORMAT, /shape\[0\]' is 0/],
  [
    'an input too large for any memory',
    '"shape":[3,17,13]',
    '"shape":[2147483647,2147483647,2147483647]',
    SHAPE,
    /'conv1' needs \d{10,} weights/,
  ],
  ['a mean for another channel count', '[104,117,123]', '[104]', FORMAT, /mean has 1 values instead of 3/],
  ['labels for other classes', '"labels":["a",', '"labels":[', FORMAT, /5 labels for 6 classes/],
  ['a picture size other than the network’s', '"width":13', '"width":14', FORMAT, /14×17.*3×17×13/],
  [
    'a crop smaller than the network',
    '"fit":{"method":"stretch"}',
    '"fit":{"method":"crop","resize":4}',
    FORMAT,
    /to 4 and/,
  ],
  ['a scale of 0', '"scale":1}', '"scale":0}', FORMAT, /scale' is 0; it must be a number other than 0/],
  ['a number beyond float32', '"epsilon":0.', '"epsilon":1e300,"x":0.', FORMAT, /epsilon' is 1e\+300.*float32/],
  ['centers that are too close', '"centers":[0.', '"centers":[1e-30,0.', 'invalid-graph', /levels 0, 1e-30/],
  [
    'a pooling that rounds down without requiring it',
    '"method":"max"',
    '"method":"max","rounding":"down"',
    FORMAT,
    /needs the feature 'pooling-rounds-down'/,
  ],
  [
    'scores that are named without requiring it',
    '"graph":{',
    '"graph":{"scores":"fc4",',
    FORMAT,
    /needs the feature 'scores'/,
  ],
])('rejects %s', (_, from, to, code, message) => {
  expect(header).toContain(from);
  expect(() => decodeModel(forged(header.replace(from, to)))).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

describe('version 2', () => {
  const version2 = (additions: string, text = header) =>
    decodeModel(forged(`${text.slice(0, -1)},${additions}}`, ownSections, 2));

  it('refuses an unknown required feature by its name', () => {
    expect(() => version2('"requires":["thresholds"],"blocks":{}')).toThrow(
      expect.objectContaining({ code: FORMAT, message: expect.stringMatching(/"thresholds".*Update hwgq-web/) }),
    );
    for (const requires of ['[1]', '["constructor"]', '{}', 'null']) {
      expect(() => version2(`"requires":${requires},"blocks":{}`)).toThrow(expect.objectContaining({ code: FORMAT }));
    }
  });

  it('reads known blocks and passes over unknown ones', () => {
    expect(version2('"requires":[],"blocks":{"notes":["x"],"calibration":{"a":{"section":0}}}')).toEqual({
      ...smallModel(),
      notes: ['x'],
    });
    expect(() => version2('"requires":[],"blocks":{"notes":[1]}')).toThrow(/'blocks\.notes\[0\]' is 1/);
    expect(() => version2('"requires":[],"blocks":[]')).toThrow(/'blocks' is an array/);
  });

  it('can name the scores, which must be a blob of the network', () => {
    const named = (blob: string) => header.replace('"graph":{', `"graph":{"scores":"${blob}",`);
    expect(version2('"requires":["scores"],"blocks":{}', named('prob')).graph.scores).toBe('prob');
    expect(() => version2('"requires":["scores"],"blocks":{}', named('nowhere'))).toThrow(/'nowhere'/);
  });

  it('is written only for models that need it', () => {
    const versionOf = (model: Model) => new DataView(encodeModel(model).buffer).getUint32(4, true);
    const model = smallModel();
    expect(versionOf(model)).toBe(1);
    expect(versionOf({ ...model, notes: ['x'] })).toBe(2);
    expect(versionOf({ ...model, graph: { ...model.graph, scores: 'prob' } })).toBe(2);
  });
});

describe('a header that would become far more memory than it has bytes', () => {
  it.each([
    ['lists', `{"sections":[],"model":[${'[],'.repeat(400_000)}0]}`],
    ['rows of the section table', `{"sections":[${'["u8",0,0,0],'.repeat(400_000)}["u8",0,0,0]],"model":{}}`],
    ['numbers', `{"sections":[],"model":[${'1,'.repeat(4_000_000)}0]}`],
    ['spaces', `{"sections":[],"model":[${' '.repeat(2_000_000)}0]}`],
  ])('is refused before it is parsed: %s', (_, text) => {
    expect(() => decodeModel(forged(text, new Uint8Array()))).toThrow(
      expect.objectContaining({ code: FORMAT, message: expect.stringMatching(/header has \d+ (objects|bytes)/) }),
    );
  });

  it('may have hundreds of thousands of labels', () => {
    const labels = Array.from({ length: 300_000 }, (_, index) => `label ${index}, "quoted"`);
    const text = header.replace(/"labels":\[[^\]]*\]/, () => `"labels":${JSON.stringify(labels)}`);
    expect(() => decodeModel(forged(text))).toThrow(/300000 labels for 6 classes/);
  });
});

it('rejects parameters that are not finite', () => {
  const model = smallModel();
  const layers = model.graph.layers.map((layer) =>
    layer.type === 'batchNorm' ? { ...layer, meanSums: layer.meanSums.map(() => Number.NaN) } : layer,
  );
  expect(() => decodeModel(encodeModel({ ...model, graph: { ...model.graph, layers } }))).toThrow(
    expect.objectContaining({ code: 'invalid-graph', message: expect.stringMatching(/mean NaN/) }),
  );
  const mean = { kind: 'image' as const, values: new Float32Array(3 * 17 * 13).fill(Number.NaN) };
  const image = { ...model, preprocessing: { ...model.preprocessing, mean } };
  expect(() => decodeModel(encodeModel(image))).toThrow(/value 0 of its mean image is NaN/);
});

it('names a Git LFS pointer and a gzip file', () => {
  expect(() => decodeModel(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'))).toThrow(/LFS/);
  expect(() => decodeModel(Uint8Array.of(0x1f, 0x8b, 8, 0, 0))).toThrow(/gzip/);
});

it('rejects deep nesting with model-format', () => {
  const depth = 100_000;
  const text = `{"sections":[],"model":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  expect(failure(text)).toBe('model-format');
  expect(failure(text, new Uint8Array())).toBe('model-format');
});

it('rejects a section too large for its bytes before allocating it', () => {
  const table = `{"sections":[["u8",${2 ** 30},1000,1]],"model":{}}`;
  expect(() => decodeModel(forged(table, new Uint8Array(1000)))).toThrow(/in 1000 bytes/);
});

it('allocates nothing for bytes that have not arrived', () => {
  const decoder = new ModelDecoder(new Sha256());
  decoder.push(forged(`{"sections":[["u8",${2 ** 30},${2 ** 30},0]],"model":{}}`, new Uint8Array()));
  const before = process.memoryUsage().arrayBuffers;
  decoder.push(new Uint8Array(1000));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  expect(() => decoder.finish()).toThrow(/truncated after/);
});

it('answers any change of the header with a model or an HwgqError', () => {
  fc.assert(
    fc.property(fc.nat(header.length - 1), fc.constantFrom('', '0', '9', '-', '"', '}', ']', ',', 'e'), (at, text) => {
      expect(failure(header.slice(0, at) + text + header.slice(at + 1))).not.toMatch(/^unexpected/);
    }),
    { numRuns: 400 },
  );
});
