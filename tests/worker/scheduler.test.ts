import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { Scheduler } from '../../src/worker/scheduler.ts';

/** Creates work that ends on command, and logs what has started. */
class TestWork {
  readonly started: string[] = [];
  readonly running = new Map<string, () => void>();

  of(name: string): () => Promise<string> {
    return () => {
      this.started.push(name);
      return new Promise((resolve) => this.running.set(name, () => resolve(name)));
    };
  }

  /** Ends the oldest work that is running. */
  async end(): Promise<void> {
    const [oldest] = this.running;
    if (!oldest) return;
    const [name, resolve] = oldest;
    this.running.delete(name);
    resolve();
    await settled();
  }
}

/** Lets promises settle that do not wait for a timer. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

const scheduler = () => new Scheduler(() => Promise.resolve());

it('runs two tasks at once, and each classifier’s tasks in order', async () => {
  const work = new TestWork();
  const queue = scheduler().addQueue();
  const results = ['1', '2', '3'].map((name) => queue.run(work.of(name)));
  expect(work.started).toEqual(['1', '2']);
  await work.end();
  expect(work.started).toEqual(['1', '2', '3']);
  await work.end();
  await work.end();
  expect(await Promise.all(results)).toEqual(['1', '2', '3']);
});

it('cancels tasks that wait, but not those that have started', async () => {
  const work = new TestWork();
  const queue = scheduler().addQueue();
  const cancelling = new AbortController();
  const reason = new Error('changed my mind');
  const results = ['1', '2', '3', '4'].map((name) => queue.run(work.of(name), cancelling.signal));
  const settling = Promise.allSettled(results);
  const other = queue.run(work.of('other'));
  cancelling.abort(reason);
  await expect(queue.run(work.of('late'), cancelling.signal)).rejects.toBe(reason);
  for (let run = 0; run < 3; run++) await work.end();
  expect(work.started).toEqual(['1', '2', 'other']);
  expect(await other).toBe('other');
  expect((await settling).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
});

it('gives no classifier two turns while another one waits', async () => {
  const work = fc.record({ queue: fc.nat({ max: 3 }), ends: fc.nat({ max: 2 }) });
  const property = fc.asyncProperty(fc.array(work, { maxLength: 30 }), async (steps) => {
    const work = new TestWork();
    const shared = scheduler();
    const queues = Array.from({ length: 4 }, () => ({ queue: shared.addQueue(), asked: 0 }));
    /** The turns of others since a classifier has been waiting, by classifier. */
    const seen = new Map<number, number[]>();
    let checked = 0;
    const check = () => {
      expect(work.running.size).toBeLessThanOrEqual(2);
      for (const name of work.started.slice(checked)) {
        const index = Number(name.split(':')[0]);
        seen.delete(index);
        for (const [other, turns] of seen) {
          turns.push(index);
          expect(new Set(turns).size, `turns while ${other} waits: ${turns}`).toBe(turns.length);
        }
        const { asked } = queues[index] as { asked: number };
        if (work.started.filter((started) => started.startsWith(`${index}:`)).length < asked) seen.set(index, []);
      }
      checked = work.started.length;
    };
    for (const { queue: index, ends } of steps) {
      const user = queues[index] as (typeof queues)[number];
      const name = `${index}:${user.asked++}`;
      if (!seen.has(index)) seen.set(index, []);
      void user.queue.run(work.of(name));
      check();
      for (let end = 0; end < ends; end++) {
        await work.end();
        check();
      }
    }
    while (work.running.size > 0) {
      await work.end();
      check();
    }
    expect(work.started).toHaveLength(steps.length);
    for (const index of queues.keys()) {
      const own = work.started.filter((name) => name.startsWith(`${index}:`));
      expect(own).toEqual(own.map((_, turn) => `${index}:${turn}`));
    }
  });
  await fc.assert(property, { numRuns: 50 });
});

it('rejects the waiting tasks of a closed queue, and continues with the others', async () => {
  const work = new TestWork();
  const shared = scheduler();
  const [first, second] = [shared.addQueue(), shared.addQueue()];
  const running = [first.run(work.of('a')), first.run(work.of('b'))];
  const waiting = first.run(work.of('c'));
  const other = second.run(work.of('d'));
  const reason = new Error('disposed');
  first.close(reason);
  await expect(waiting).rejects.toBe(reason);
  await work.end();
  await work.end();
  await work.end();
  expect(await Promise.all(running)).toEqual(['a', 'b']);
  expect(await other).toBe('d');
  expect(work.started).toEqual(['a', 'b', 'd']);
});

it('continues after a task that fails', async () => {
  const queue = scheduler().addQueue();
  const error = new Error('no picture');
  const failing = () => queue.run(() => Promise.reject(error));
  const throwing = () =>
    queue.run(() => {
      throw error;
    });
  const results = await Promise.allSettled([failing(), throwing(), failing(), queue.run(async () => 'fine')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
});

it('does not count waiting for another classifier’s run as busy time', () => {
  const clock = vi.spyOn(performance, 'now');
  const shared = scheduler();
  const [first, second] = [shared.addQueue(), shared.addQueue()];
  /** Returns the busy time of a run of `milliseconds` that ends at a time. */
  const busy = (queue: typeof first, end: number, milliseconds: number) => {
    clock.mockReturnValueOnce(end);
    return queue.busyMilliseconds(milliseconds);
  };
  expect(busy(first, 40, 40)).toBe(40);
  // It was submitted at 10 and waited for the run that ended at 40.
  expect(busy(second, 80, 70)).toBe(40);
  expect(busy(first, 85, 45)).toBe(5);
  // The backend was idle.
  expect(busy(first, 185, 40)).toBe(40);
  clock.mockRestore();
});
