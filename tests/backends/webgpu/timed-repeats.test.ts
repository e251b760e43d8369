import { expect, it } from 'vitest';
import { timedRepeats } from '../../../src/backends/webgpu/timed-repeats.ts';

/** Milliseconds as a browser rounds them. */
function coarse(milliseconds: number): number {
  return Math.floor(milliseconds / 0.1) * 0.1;
}

it('repeats only tasks that are too short for a coarse clock, until it can time them', async () => {
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

it('discards a time during which the machine was busy with other work', async () => {
  let round = 0;
  const [times = []] = await timedRepeats(1, 3, 4, async ([often = 0]) => [round++ === 0 ? 50 : coarse(0.01 * often)]);
  expect(times).toHaveLength(3);
  for (const measured of times) expect(measured).toBeCloseTo(0.01, 3);
});

it('ends if the clock does not advance', async () => {
  expect(await timedRepeats(1, 2, 4, async () => [0])).toEqual([[0, 0]]);
});
