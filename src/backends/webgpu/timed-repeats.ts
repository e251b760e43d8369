/** Browsers round GPU times to 0.1 ms or so, and many kernels take a tenth of that. */
export const TIMESTAMPS_LONG_ENOUGH = 4;
/** Submitting work and waiting for it weigh too where only the clock around them times it. */
export const CLOCK_LONG_ENOUGH = 25;
/** What is still too short then is left as it is: such a clock stands still. */
const MOST_REPEATS = 4096;

/**
 * How often each of several things is to be repeated, so that a coarse clock tells how long it takes.
 * @param time runs each so often, and gives the milliseconds that the repeats of each took.
 * @param longEnough milliseconds.
 */
export async function repeatsToTime(
  count: number,
  longEnough: number,
  time: (repeats: readonly number[]) => Promise<readonly number[]>,
): Promise<readonly number[]> {
  let repeats: readonly number[] = new Array<number>(count).fill(1);
  for (;;) {
    const times = await time(repeats);
    const isShort = repeats.map((often, index) => often < MOST_REPEATS && (times[index] ?? 0) < longEnough);
    if (!isShort.includes(true)) return repeats;
    repeats = repeats.map((often, index) => (isShort[index] ? 2 * often : often));
  }
}
