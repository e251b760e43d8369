import { startPackagedWorker } from '../../start-worker.ts';
import type { TeamTask } from './team-member.ts';

/** How many threads there may be here: several only where memory can be shared and a thread may wait. */
export function threadLimit(): number {
  const mayShare = typeof crossOriginIsolated !== 'undefined' && crossOriginIsolated;
  const mayWait = typeof window === 'undefined';
  return mayShare && mayWait ? navigator.hardwareConcurrency : 1;
}

/** Workers that have been started and have no leader yet. */
const unused = new Set<Worker>();

/** Starts followers for the next leader, which then need not wait for them. */
export function startFollowers(count: number): void {
  while (unused.size < count) {
    const worker = startFollower();
    unused.add(worker);
    worker.addEventListener('error', () => unused.delete(worker), { once: true });
  }
}

function nextFollower(): Worker {
  const [worker] = unused;
  if (!worker) return startFollower();
  unused.delete(worker);
  return worker;
}

function startFollower(): Worker {
  return startPackagedWorker(
    import.meta.url,
    'team-worker.js',
    () => new Worker(new URL('./team-worker.ts', import.meta.url), { type: 'module' }),
  );
}

/** The followers of a leader: workers that take part in its runs. */
export class Team {
  private constructor(private readonly workers: readonly Worker[]) {}

  /** @param tasks one for each follower. */
  static async gather(tasks: readonly TeamTask[]): Promise<Team> {
    const workers = tasks.map(() => nextFollower());
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
