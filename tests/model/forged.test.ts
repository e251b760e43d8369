import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { expect, it } from 'vitest';
import { HwgqError } from '../../src/errors.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { encodeModel } from '../../src/model/encode.ts';
import { CHECKED_FROM, HEADER_FROM } from '../../src/model/file-layout.ts';
import { sha256 } from '../../src/model/hash.ts';
import { ModelDecoder } from '../../src/model/model-decoder.ts';
import { aligned, inflated } from '../../src/model/sections.ts';
import { smallModel } from '../support/small-model.ts';

const file = encodeModel(smallModel());
const stored = new DataView(file.buffer).getUint32(CHECKED_FROM, true);
const raw = new DataView(file.buffer).getUint32(CHECKED_FROM + 4, true);
const header = new TextDecoder().decode(inflated(file.subarray(HEADER_FROM, HEADER_FROM + stored), raw));
const ownSections = file.subarray(aligned(HEADER_FROM + stored));

/** The small model's sections, or others, under another header, with lengths and hash that fit. */
function forged(text: string, sections = ownSections): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const packed = deflateSync(bytes);
  const start = aligned(HEADER_FROM + packed.length);
  const made = new Uint8Array(start + sections.length);
  const view = new DataView(made.buffer);
  made.set(file.subarray(0, 8));
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
    return error instanceof HwgqError ? error.code : `not ours: ${error}`;
  }
}

it('takes the forger’s own file with the true header', () => {
  expect(decodeModel(forged(header))).toEqual(smallModel());
});

it.each([
  ['a section that is not there', '{"section":0}', '{"section":9999}'],
  ['a section by a name of every object', '{"section":0}', '{"section":"constructor"}'],
  ['a section for another tensor', '{"section":1}', '{"section":0}'],
  ['more numbers than fit', '["f32",945,', '["f32",94500000000,'],
  ['a zero stride', '"stride":[2,2]', '"stride":[0,2]'],
  [
    'a padding as large as its kernel',
    '"kernel":[3,3],"stride":[2,2],"pad":[1,1]',
    '"kernel":[3,3],"stride":[2,2],"pad":[1,3]',
  ],
  ['a huge kernel', '"kernel":[3,3]', '"kernel":[65535,65535]'],
  ['a layer that nobody knows', '"type":"batchNorm"', '"type":"constructor"'],
  ['a missing field', '"epsilon":', '"epsilom":'],
  ['an infinite number', '"epsilon":0.', '"epsilon":1e999,"x":0.'],
  ['no input channels', '"shape":[3,17,13]', '"shape":[0,17,13]'],
  ['an input beyond any memory', '"shape":[3,17,13]', '"shape":[2147483647,2147483647,2147483647]'],
  ['a mean for another channel count', '[104,117,123]', '[104]'],
  ['labels for other classes', '"labels":["a",', '"labels":['],
  ['a picture size that is not the network’s', '"width":13', '"width":14'],
])('refuses %s', (_, from, to) => {
  expect(header).toContain(from);
  expect(['model-format', 'shape-mismatch', 'invalid-graph']).toContain(failure(header.replace(from, to)));
});

it('refuses deep nesting with its own error', () => {
  const depth = 100_000;
  const text = `{"sections":[],"model":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  expect(failure(text)).toBe('model-format');
  expect(failure(text, new Uint8Array())).toBe('model-format');
});

it('refuses sections that few bytes cannot hold before it makes room for them', () => {
  const table = `{"sections":[["u8",${2 ** 30},1000,1]],"model":{}}`;
  expect(() => decodeModel(forged(table, new Uint8Array(1000)))).toThrow(/1000 bytes for/);
});

it('makes no room for bytes that have not come', () => {
  const decoder = new ModelDecoder();
  decoder.push(forged(`{"sections":[["u8",${2 ** 30},${2 ** 30},0]],"model":{}}`, new Uint8Array()));
  const before = process.memoryUsage().arrayBuffers;
  decoder.push(new Uint8Array(1000));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  expect(() => decoder.finish()).toThrow(/cut short/);
});

it('meets any change of the header with a model or its own error', () => {
  fc.assert(
    fc.property(fc.nat(header.length - 1), fc.constantFrom('', '0', '9', '-', '"', '}', ']', ',', 'e'), (at, text) => {
      expect(failure(header.slice(0, at) + text + header.slice(at + 1))).not.toMatch(/^not ours/);
    }),
    { numRuns: 400 },
  );
});
