import { expect, it } from 'vitest';
import { repeatsToTime } from '../../src/backends/webgpu/timed-repeats.ts';

/** Milliseconds as a browser tells them. */
function coarse(milliseconds: number): number {
  return Math.floor(milliseconds / 0.1) * 0.1;
}

it('repeats what a coarse clock cannot time until it can, and nothing else', async () => {
  const kernels = [0.005, 0.007, 0.3, 12];
  const time = async (repeats: readonly number[]) => kernels.map((one, index) => coarse(one * (repeats[index] ?? 0)));
  const repeats = await repeatsToTime(kernels.length, 4, time);
  const measured = (await time(repeats)).map((all, index) => all / (repeats[index] ?? 1));
  for (const [index, one] of kernels.entries()) expect(Math.abs((measured[index] ?? 0) - one)).toBeLessThan(0.05 * one);
  expect(repeats.slice(2)).toEqual([16, 1]);
});

it('ends with a clock that stands still', async () => {
  const [repeats = 0] = await repeatsToTime(1, 4, async () => [0]);
  expect(repeats).toBeGreaterThan(1);
});
