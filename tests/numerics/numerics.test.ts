import fc from 'fast-check';
import { expect, it } from 'vitest';
import { float16ToFloat32, float32ToFloat16 } from '../../src/numerics/float16.ts';
import { quantizerLevels, quantizerThresholds } from '../../src/numerics/quantizer.ts';
import { packSigns, signBitAt } from '../../src/numerics/signs.ts';

it('gives every finite half back as its own bits', () => {
  const wrong = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => {
    const value = float16ToFloat32(bits);
    return Number.isFinite(value) && float32ToFloat16(value) !== bits;
  });
  expect(wrong).toEqual([]);
});

it('rounds to the nearest half', () => {
  fc.assert(
    fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (value) => {
      const bits = float32ToFloat16(value);
      const error = Math.abs(float16ToFloat32(bits) - value);
      for (const other of [bits - 1, bits + 1]) {
        const neighbour = float16ToFloat32(other & 0xffff);
        if (Number.isFinite(neighbour)) expect(error).toBeLessThanOrEqual(Math.abs(neighbour - value));
      }
    }),
  );
});

it('keeps the sign of every weight, + for zero', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1, max: 1 })), (weights) => {
      const signs = packSigns(weights);
      expect(weights.map((_, index) => signBitAt(signs, index))).toEqual(weights.map((weight) => weight >= 0));
    }),
  );
});

it('has the paper’s levels and thresholds', () => {
  const quantizer = { kind: 'hwgq', centers: [0.538, 1.076, 1.614], negativeSlope: 0 } as const;
  expect(Array.from(quantizerThresholds(quantizer), (value) => value.toFixed(3))).toEqual(['0.000', '0.807', '1.345']);
  expect(Array.from(quantizerLevels(quantizer), (value) => value.toFixed(3))).toEqual([
    '0.000',
    '0.538',
    '1.076',
    '1.614',
  ]);
});
