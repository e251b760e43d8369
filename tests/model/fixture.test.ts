import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { interpret } from '../../src/reference/interpret.ts';

/**
 * A file of format version 1 with every form of weights, layer and section type, and its content and logits. Neither
 * fixture is ever written again: models in this format must stay readable.
 */
const file = new Uint8Array(readFileSync('tests/fixtures/model-v1.hwgq'));

interface Expected {
  /** The model, with tensors as `{"type": [numbers]}`. */
  readonly model: unknown;
  readonly width: number;
  readonly height: number;
  /** Pictures with their logits in float64. */
  readonly pictures: readonly { readonly rgba: number[]; readonly scores: readonly number[] }[];
}

const expected: Expected = JSON.parse(readFileSync('tests/fixtures/model-v1.json', 'utf8'));

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

it('reads a complete file of version 1', () => {
  expect(asJson(decodeModel(file))).toEqual(expected.model);
});

it('computes the same logits from a file of version 1', () => {
  const { graph, preprocessing } = decodeModel(file);
  const { width, height } = expected;
  for (const { rgba, scores } of expected.pictures) {
    const bytes = toInputBytes({ width, height, data: Uint8Array.from(rgba) }, preprocessing);
    const seen = interpret(graph, toNetworkInput(bytes, preprocessing), ['ip7']).get('ip7') ?? [];
    const largest = Math.max(...scores.map(Math.abs));
    expect(seen).toHaveLength(scores.length);
    // LRN computes a power, whose last bit depends on the engine.
    for (const [index, score] of scores.entries()) {
      expect(Math.abs((seen[index] as number) - score)).toBeLessThan(1e-12 * largest);
    }
  }
});
