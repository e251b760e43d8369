/** Milliseconds. Browsers round GPU times to about 0.1 ms, and many kernels take a tenth of that. */
export const TIMESTAMPS_LONG_ENOUGH = 4;
/** Milliseconds. The clock also measures the submission of the work and the wait for it. */
export const CLOCK_LONG_ENOUGH = 25;
/** A time that is still too short after this many repeats is accepted: the clock does not advance. */
const MOST_REPEATS = 4096;

/**
 * Times several tasks, each repeated until a coarse clock can measure it.
 * @param count number of tasks.
 * @param rounds minimum number of times to measure for each task.
 * @param longEnough milliseconds that the repeats of a task must take together.
 * @param time runs each task as many times as it is passed, and returns the milliseconds of each task's repeats.
 * @returns for each task, the milliseconds of one repeat in each round.
 */
export async function timedRepeats(
  count: number,
  rounds: number,
  longEnough: number,
  time: (repeats: readonly number[]) => Promise<readonly number[]>,
): Promise<readonly (readonly number[])[]> {
  const tasks = Array.from({ length: count }, () => ({ often: 1, times: [] as number[] }));
  while (tasks.some(({ times }) => times.length < rounds)) {
    const taken = await time(tasks.map(({ often }) => often));
    for (const [index, task] of tasks.entries()) {
      const milliseconds = taken[index] ?? 0;
      if (milliseconds >= longEnough || task.often >= MOST_REPEATS) task.times.push(milliseconds / task.often);
      else {
        // If an earlier time was long enough, the machine was busy with other work, so that time is discarded.
        task.often *= 2;
        task.times = [];
      }
    }
  }
  return tasks.map(({ times }) => times);
}
