import fc from 'fast-check';
import { expect, it } from 'vitest';
import { minimize } from '../../src/teach/minimize.ts';

it('finds the minimum of quadratic functions with different curvatures', () => {
  const axis = fc.record({
    curvature: fc.double({ min: 1e-2, max: 1e2, noNaN: true }),
    center: fc.double({ min: -10, max: 10, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(axis, { minLength: 1, maxLength: 12 }), (axes) => {
      const found = minimize(
        (point) => ({
          value: axes.reduce(
            (sum, { curvature, center }, i) => sum + (curvature / 2) * ((point[i] ?? 0) - center) ** 2,
            0,
          ),
          gradient: Float64Array.from(axes, ({ curvature, center }, i) => curvature * ((point[i] ?? 0) - center)),
        }),
        new Float64Array(axes.length),
      );
      for (const [index, { curvature, center }] of axes.entries()) {
        expect(Math.abs((found[index] ?? 0) - center)).toBeLessThan(1e-4 / curvature);
      }
    }),
  );
});

it('returns the start if it is the minimum', () => {
  const start = Float64Array.of(1, 2);
  expect(minimize(() => ({ value: 3, gradient: new Float64Array(2) }), start)).toEqual(start);
});
