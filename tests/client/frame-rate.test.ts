import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameRate } from '../../src/client/frame-rate.ts';

/** Returns how many of a camera's frames are accepted in a number of seconds. */
function accepted(rate: FrameRate, cameraRate: number, seconds: number, from = 0): number {
  const times = Array.from(
    { length: Math.round(cameraRate * seconds) },
    (_, frame) => from + (frame * 1000) / cameraRate,
  );
  return times.filter((time) => rate.accepts(time)).length;
}

it('accepts every frame by default', () => {
  expect(accepted(new FrameRate(), 60, 10)).toBe(600);
});

it('keeps to a limit with frames at uneven intervals', () => {
  expect(accepted(new FrameRate(30), 30, 10)).toBe(300);
  expect(accepted(new FrameRate(10), 30, 10)).toBe(100);
  expect(accepted(new FrameRate(20), 30, 10)).toBeCloseTo(200, -1);
  const gaps = fc.array(fc.double({ min: 1, max: 200, noNaN: true }), { minLength: 2, maxLength: 200 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 60 }), (differences, limit) => {
      const rate = new FrameRate(limit);
      let time = 0;
      const seen = differences
        .map((difference) => {
          time += difference;
          return time;
        })
        .filter((each) => rate.accepts(each));
      // No interval has more frames than the limit allows, apart from one that was due and one that came early.
      for (const [first, from] of seen.entries()) {
        for (const [last, to] of seen.entries()) {
          if (last > first) expect(last - first).toBeLessThanOrEqual(((to - from) * limit) / 1000 + 1.2);
        }
      }
    }),
  );
});

it('accepts fewer frames on battery', () => {
  const rate = new FrameRate();
  rate.isOnBattery = true;
  expect(accepted(rate, 60, 10)).toBe(150);
  rate.isOnBattery = false;
  expect(accepted(rate, 60, 10, 20_000)).toBe(600);
  const slow = new FrameRate(5);
  slow.isOnBattery = true;
  expect(accepted(slow, 60, 10)).toBeCloseTo(50, -1);
});

it('leaves a machine that slows down half of its time until it recovers', () => {
  const rate = new FrameRate();
  const observe = (milliseconds: number) => {
    for (let count = 0; count < 40; count++) rate.observe(milliseconds, 640 * 480);
  };
  observe(20);
  expect(accepted(rate, 60, 10)).toBe(600);
  observe(30);
  expect(accepted(rate, 60, 10, 20_000)).toBe(600);
  observe(50);
  expect(accepted(rate, 60, 10, 40_000)).toBeCloseTo(100, -1);
  observe(30);
  expect(accepted(rate, 60, 10, 60_000)).toBeLessThan(200);
  observe(22);
  expect(accepted(rate, 60, 10, 80_000)).toBe(600);
});

it('does not limit a machine that is always slow', () => {
  const rate = new FrameRate();
  for (let count = 0; count < 100; count++) rate.observe(400, 640 * 480);
  expect(accepted(rate, 30, 10)).toBe(300);
});

it('does not mistake a larger picture for a slowed machine', () => {
  const rate = new FrameRate();
  for (let count = 0; count < 40; count++) rate.observe(10, 640 * 480);
  for (let count = 0; count < 40; count++) rate.observe(50, 1920 * 1080);
  expect(accepted(rate, 30, 10)).toBe(300);
  for (let count = 0; count < 40; count++) rate.observe(150, 1920 * 1080);
  expect(accepted(rate, 30, 10, 20_000)).toBeLessThan(60);
  for (let count = 0; count < 40; count++) rate.observe(10, 640 * 480);
  expect(accepted(rate, 30, 10, 40_000)).toBe(300);
});
