import type { TeamTask } from './team-member.ts';

/** How many threads there may be here: several only where memory can be shared and a thread may wait. */
export function threadLimit(): number {
  const mayShare = typeof crossOriginIsolated !== 'undefined' && crossOriginIsolated;
  const mayWait = typeof window === 'undefined';
  return mayShare && mayWait ? navigator.hardwareConcurrency : 1;
}

/** The followers of a leader: workers that take part in its runs. */
export class Team {
  private constructor(private readonly workers: readonly Worker[]) {}

  /** @param tasks one for each follower. */
  static async gather(tasks: readonly TeamTask[]): Promise<Team> {
    const workers = tasks.map(() => new Worker(new URL('./team-worker.ts', import.meta.url), { type: 'module' }));
    const team = new Team(workers);
    try {
      await Promise.all(
        workers.map(
          (worker, index) =>
            new Promise((resolve, reject) => {
              worker.addEventListener('message', resolve, { once: true });
              worker.addEventListener('error', reject, { once: true });
              worker.postMessage(tasks[index]);
            }),
        ),
      );
    } catch (error) {
      team.dispose();
      throw error;
    }
    return team;
  }

  dispose(): void {
    for (const worker of this.workers) worker.terminate();
  }
}
