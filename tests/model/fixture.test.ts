import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { interpret } from '../../src/reference/interpret.ts';

/**
 * A file that version 1 of the format wrote, with every form of weights, every layer and every type of section that
 * it has, and what it holds and computes. Both are kept as they are: what is shipped in this format stays readable.
 */
const file = new Uint8Array(readFileSync('tests/fixtures/model-v1.hwgq'));

interface Kept {
  /** The model, its tensors as `{"type": [numbers]}`. */
  readonly model: unknown;
  readonly width: number;
  readonly height: number;
  /** Pictures, and the network's scores for them before Softmax, in float64. */
  readonly pictures: readonly { readonly rgba: number[]; readonly scores: readonly number[] }[];
}

const kept: Kept = JSON.parse(readFileSync('tests/fixtures/model-v1.json', 'utf8'));

const SECTION_TYPES: Readonly<Record<string, string>> = {
  Uint8Array: 'u8',
  Int8Array: 'i8',
  Uint16Array: 'u16',
  Int16Array: 'i16',
  Float32Array: 'f32',
  Float64Array: 'f64',
};

function asJson(model: unknown): unknown {
  const text = JSON.stringify(model, (_, value) =>
    ArrayBuffer.isView(value)
      ? { [SECTION_TYPES[value.constructor.name] ?? '']: Array.from(value as Float32Array) }
      : value,
  );
  return JSON.parse(text);
}

it('still reads a file of version 1, all of it', () => {
  expect(asJson(decodeModel(file))).toEqual(kept.model);
});

it('still computes from a file of version 1 what it did', () => {
  const { graph, preprocessing } = decodeModel(file);
  const { width, height } = kept;
  for (const { rgba, scores } of kept.pictures) {
    const bytes = toInputBytes({ width, height, data: Uint8Array.from(rgba) }, preprocessing);
    const seen = interpret(graph, toNetworkInput(bytes, preprocessing), ['ip7']).get('ip7') ?? [];
    const largest = Math.max(...scores.map(Math.abs));
    expect(seen).toHaveLength(scores.length);
    // LRN takes a power, whose last bit is the machine's.
    for (const [index, score] of scores.entries()) {
      expect(Math.abs((seen[index] as number) - score)).toBeLessThan(1e-12 * largest);
    }
  }
});
