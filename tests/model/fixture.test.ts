import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { interpret } from '../../src/reference/interpret.ts';

/**
 * Files of each format version, with their content and logits. That of version 1 has every form of weights, layer and
 * section type; that of version 2 has poolings that round down, named scores, notes, and an optional block that no reader
 * knows. No fixture is ever written again: models in these formats must stay readable.
 */
function fixture(version: number): { file: Uint8Array; expected: Expected } {
  const path = `tests/fixtures/model-v${version}`;
  return {
    file: new Uint8Array(readFileSync(`${path}.hwgq`)),
    expected: JSON.parse(readFileSync(`${path}.json`, 'utf8')),
  };
}

interface Expected {
  /** The model, with tensors as `{"type": [numbers]}`. */
  readonly model: unknown;
  readonly width: number;
  readonly height: number;
  /** Pictures with their logits in float64. */
  readonly pictures: readonly { readonly rgba: number[]; readonly scores: readonly number[] }[];
}

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

it.each([1, 2])('reads a complete file of version %s', (version) => {
  const { file, expected } = fixture(version);
  expect(asJson(decodeModel(file))).toEqual(expected.model);
});

it.each([
  [1, 'ip7'],
  [2, 'ip3'],
])('computes the same logits from a file of version %s', (version, logits) => {
  const { file, expected } = fixture(version);
  const { graph, preprocessing } = decodeModel(file);
  const { width, height } = expected;
  for (const { rgba, scores } of expected.pictures) {
    const bytes = toInputBytes({ width, height, data: Uint8Array.from(rgba) }, preprocessing);
    const seen = interpret(graph, toNetworkInput(bytes, preprocessing), [logits]).get(logits) ?? [];
    const largest = Math.max(...scores.map(Math.abs));
    expect(seen).toHaveLength(scores.length);
    // LRN computes a power, whose last bit depends on the engine.
    for (const [index, score] of scores.entries()) {
      expect(Math.abs((seen[index] as number) - score)).toBeLessThan(1e-12 * largest);
    }
  }
});
