import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkRegion, pixelsOf } from '../../src/image/view.ts';

it('rounds a region to pixels inside the picture, at least one', () => {
  expect(pixelsOf({ x: 0, y: 0, width: 1, height: 1 }, 640, 480)).toEqual({ left: 0, top: 0, width: 640, height: 480 });
  expect(pixelsOf({ x: 0.25, y: 0.5, width: 0.5, height: 0.5 }, 640, 480)).toEqual({
    left: 160,
    top: 240,
    width: 320,
    height: 240,
  });
  expect(pixelsOf('square', 641, 480)).toEqual({ left: 80, top: 0, width: 480, height: 480 });
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const size = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(part, part, part, part, size, size, (x, y, right, bottom, width, height) => {
      const region = { x, y, width: right * (1 - x), height: bottom * (1 - y) };
      const { left, top, width: columns, height: rows } = pixelsOf(region, width, height);
      expect([left, top, columns, rows].every(Number.isInteger)).toBe(true);
      expect(Math.min(left, top, columns - 1, rows - 1)).toBeGreaterThanOrEqual(0);
      expect(left + columns).toBeLessThanOrEqual(width);
      expect(top + rows).toBeLessThanOrEqual(height);
    }),
  );
});

it('rejects an empty region, and one outside the picture', () => {
  for (const wrong of [{ x: -0.1 }, { x: 0.6 }, { width: 0 }, { height: Number.NaN }]) {
    const region = { x: 0, y: 0, width: 0.5, height: 0.5, ...wrong };
    expect(() => checkRegion(region)).toThrow(/region. is x/);
  }
  expect(() => checkRegion('circle' as 'square')).toThrow(/region. is 'circle'; 'square' is accepted/);
  const corners: unknown = { left: 0, top: 0, right: 1, bottom: 1 };
  expect(() => checkRegion(corners as 'square')).toThrow(/is { left, top, right, bottom }; .*{ x, y, width, height }/);
  checkRegion('square');
});
