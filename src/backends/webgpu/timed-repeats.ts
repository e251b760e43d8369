/** Browsers round GPU times to 0.1 ms or so, and many kernels take a tenth of that. */
export const TIMESTAMPS_LONG_ENOUGH = 4;
/** Submitting work and waiting for it weigh too where only the clock around them times it. */
export const CLOCK_LONG_ENOUGH = 25;
/** What is still too short then is left as it is: such a clock stands still. */
const MOST_REPEATS = 4096;

/**
 * Times several things, each repeated so often that a coarse clock tells how long that takes.
 * @param rounds how many times each gets, at least.
 * @param longEnough milliseconds.
 * @param time runs each so often, and gives the milliseconds that the repeats of each took.
 * @returns of each its times for once, in milliseconds.
 */
export async function timedRepeats(
  count: number,
  rounds: number,
  longEnough: number,
  time: (repeats: readonly number[]) => Promise<readonly number[]>,
): Promise<readonly (readonly number[])[]> {
  const things = Array.from({ length: count }, () => ({ often: 1, times: [] as number[] }));
  while (things.some(({ times }) => times.length < rounds)) {
    const taken = await time(things.map(({ often }) => often));
    for (const [index, thing] of things.entries()) {
      const milliseconds = taken[index] ?? 0;
      if (milliseconds >= longEnough || thing.often >= MOST_REPEATS) thing.times.push(milliseconds / thing.often);
      else {
        // An earlier time that was long enough was one of something else that the machine did.
        thing.often *= 2;
        thing.times = [];
      }
    }
  }
  return things.map(({ times }) => times);
}
