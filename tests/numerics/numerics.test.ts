import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float16ToFloat32, float32ToFloat16 } from '../../src/numerics/float16.ts';
import { quantizerLevels, quantizerThresholds } from '../../src/numerics/quantizer.ts';
import { packSigns, signBitAt, unpackSigns } from '../../src/numerics/signs.ts';
import { softmax } from '../../src/numerics/softmax.ts';

/** The bits of the largest finite half, 65504. */
const LARGEST_HALF = 0x7bff;

describe('half precision', () => {
  it('reads the documented values of its bits', () => {
    expect([0x3c00, 0xc000, 0x3555, 0x0001, 0x0400, LARGEST_HALF, 0x7c00].map(float16ToFloat32)).toEqual([
      1,
      -2,
      1365 / 4096,
      2 ** -24,
      2 ** -14,
      65504,
      Number.POSITIVE_INFINITY,
    ]);
    expect(float16ToFloat32(0x7e00)).toBeNaN();
  });

  it('keeps the bits of every finite half', () => {
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

  it('rounds every tie to even', () => {
    const wrong = Array.from({ length: LARGEST_HALF }, (_, bits) => bits).filter((bits) => {
      const middle = (float16ToFloat32(bits) + float16ToFloat32(bits + 1)) / 2;
      return float32ToFloat16(middle) !== bits + (bits % 2) || float32ToFloat16(-middle) !== 0x8000 + bits + (bits % 2);
    });
    expect(wrong).toEqual([]);
  });

  it('overflows to infinity from halfway beyond the largest half', () => {
    expect([65519.99, 65520, -1e9].map((value) => float32ToFloat16(Math.fround(value)))).toEqual([
      LARGEST_HALF,
      0x7c00,
      0xfc00,
    ]);
  });
});

describe('packed signs', () => {
  const weights = fc.array(fc.integer({ min: -1, max: 1 }));

  it('keep the sign of every weight, + for zero', () => {
    fc.assert(
      fc.property(weights, (values) => {
        const signs = packSigns(values);
        expect(values.map((_, index) => signBitAt(signs, index))).toEqual(values.map((value) => value >= 0));
      }),
    );
  });

  it('unpack from any weight on', () => {
    fc.assert(
      fc.property(weights, fc.nat(), (values, place) => {
        const first = place % (values.length + 1);
        const bits = new Uint8Array(values.length - first);
        unpackSigns(packSigns(values), first, bits, bits.length);
        expect(Array.from(bits)).toEqual(values.slice(first).map((value) => (value >= 0 ? 1 : 0)));
      }),
    );
  });

  it('have zero bits after the last weight', () => {
    expect(packSigns([1, -1, 1])).toEqual(Uint8Array.of(0b101));
    expect(packSigns(new Float32Array(9).fill(1))).toEqual(Uint8Array.of(0xff, 0x01));
  });
});

describe('quantizers', () => {
  const rounded = (values: Float64Array) => Array.from(values, (value) => value.toFixed(3));

  it('have the paper’s levels and thresholds', () => {
    const quantizer = { kind: 'hwgq', centers: [0.538, 1.076, 1.614], negativeSlope: 0 } as const;
    expect(rounded(quantizerThresholds(quantizer))).toEqual(['0.000', '0.807', '1.345']);
    expect(rounded(quantizerLevels(quantizer))).toEqual(['0.000', '0.538', '1.076', '1.614']);
  });

  it('have exact multiples of the first center as levels if float32 centers are close to multiples', () => {
    const centers = [0.538, 1.076, 1.614].map(Math.fround);
    const step = centers[0] as number;
    expect(Array.from(quantizerLevels({ kind: 'hwgq', centers, negativeSlope: 0 }))).toEqual([
      0,
      step,
      2 * step,
      3 * step,
    ]);
  });

  it('keep centers that are not multiples of the first as levels', () => {
    expect(Array.from(quantizerLevels({ kind: 'hwgq', centers: [0.5, 1.7], negativeSlope: 0.25 }))).toEqual([
      -0.25, 0.5, 1.7,
    ]);
  });
});

describe('softmax', () => {
  it('gives each pixel probabilities in the order of the logits', () => {
    const values = softmax([0, Math.log(3), Math.log(2), 0, 0, 0], 3);
    const expected = [0.25, 0.6, 0.5, 0.2, 0.25, 0.2];
    for (const [index, value] of values.entries()) expect(value).toBeCloseTo(expected[index] as number, 12);
  });

  it('does not overflow for large logits', () => {
    expect(Array.from(softmax([1e6, 1e6, -1e6], 3))).toEqual([0.5, 0.5, 0]);
  });
});
