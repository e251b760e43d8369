import { expect, it } from 'vitest';
import { timedRepeats } from '../../src/backends/webgpu/timed-repeats.ts';

/** Milliseconds as a browser tells them. */
function coarse(milliseconds: number): number {
  return Math.floor(milliseconds / 0.1) * 0.1;
}

it('repeats what a coarse clock cannot time until it can, and nothing else', async () => {
  const kernels = [0.005, 0.007, 0.3, 12];
  const seen: (readonly number[])[] = [];
  const times = await timedRepeats(kernels.length, 3, 4, async (repeats) => {
    seen.push(repeats);
    return kernels.map((one, index) => coarse(one * (repeats[index] ?? 0)));
  });
  for (const [index, one] of kernels.entries()) {
    expect(times[index]?.length).toBeGreaterThanOrEqual(3);
    for (const measured of times[index] ?? []) expect(Math.abs(measured - one)).toBeLessThan(0.05 * one);
  }
  expect(seen.at(-1)?.slice(2)).toEqual([16, 1]);
});

it('takes no time for right that the machine was busy with something else in', async () => {
  let round = 0;
  const [times = []] = await timedRepeats(1, 3, 4, async ([often = 0]) => [round++ === 0 ? 50 : coarse(0.01 * often)]);
  expect(times).toHaveLength(3);
  for (const measured of times) expect(measured).toBeCloseTo(0.01, 3);
});

it('ends with a clock that stands still', async () => {
  expect(await timedRepeats(1, 2, 4, async () => [0])).toEqual([[0, 0]]);
});
