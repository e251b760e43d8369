import { messageOf } from '../../errors.ts';
import { startPackagedWorker } from '../../start-worker.ts';
import { threadsFailed } from './team-leader.ts';
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
  while (unused.size < count) unused.add(startFollower());
}

/** Ends followers that were started for a leader that needs none. */
export function dismissFollowers(): void {
  for (const worker of unused) worker.terminate();
  unused.clear();
}

function nextFollower(): Worker {
  const [worker] = unused;
  if (!worker) return startFollower();
  unused.delete(worker);
  return worker;
}

function startFollower(): Worker {
  const worker = startPackagedWorker(
    import.meta.url,
    'team-worker.js',
    () => new Worker(new URL('./team-worker.ts', import.meta.url), { type: 'module' }),
  );
  // An error that nobody prevents goes on to this worker's own starter, which would take it for this worker's end.
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    worker.terminate();
    unused.delete(worker);
  });
  return worker;
}

/** The followers of a leader: workers that take part in its runs. */
export class Team {
  private readonly workers: Worker[] = [];

  private constructor() {}

  /**
   * @param tasks one for each follower.
   * @throws HwgqError `worker` where one does not start.
   */
  static async gather(tasks: readonly TeamTask[]): Promise<Team> {
    const team = new Team();
    try {
      await Promise.all(tasks.map((task) => team.add(task)));
    } catch (error) {
      team.dispose();
      throw threadsFailed(messageOf(error));
    }
    return team;
  }

  dispose(): void {
    for (const worker of this.workers) worker.terminate();
  }

  private async add(task: TeamTask): Promise<void> {
    const worker = nextFollower();
    this.workers.push(worker);
    await new Promise((resolve, reject) => {
      worker.addEventListener('message', resolve, { once: true });
      // The event has no message if the file could not be loaded.
      const fail = ({ message }: ErrorEvent) => reject(new Error(message || 'one could not be started'));
      worker.addEventListener('error', fail, { once: true });
      worker.postMessage(task);
    });
  }
}
