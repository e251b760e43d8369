import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { Scheduler } from '../../src/worker/scheduler.ts';

/** Work that ends when it is told to, and a log of what began. */
class Works {
  readonly started: string[] = [];
  readonly underWay = new Map<string, () => void>();

  of(name: string): () => Promise<string> {
    return () => {
      this.started.push(name);
      return new Promise((resolve) => this.underWay.set(name, () => resolve(name)));
    };
  }

  /** Ends the oldest that is under way. */
  async end(): Promise<void> {
    const [oldest] = this.underWay;
    if (!oldest) return;
    const [name, resolve] = oldest;
    this.underWay.delete(name);
    resolve();
    await settled();
  }
}

/** Lets promises that wait for nothing settle. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

const scheduler = () => new Scheduler(() => Promise.resolve());

it('runs two at once, and each classifier’s work in order', async () => {
  const works = new Works();
  const seat = scheduler().join();
  const results = ['1', '2', '3'].map((name) => seat.run(works.of(name)));
  expect(works.started).toEqual(['1', '2']);
  await works.end();
  expect(works.started).toEqual(['1', '2', '3']);
  await works.end();
  await works.end();
  expect(await Promise.all(results)).toEqual(['1', '2', '3']);
});

it('cancels work that waits, and leaves work that has started alone', async () => {
  const works = new Works();
  const seat = scheduler().join();
  const cancelling = new AbortController();
  const reason = new Error('changed my mind');
  const results = ['1', '2', '3', '4'].map((name) => seat.run(works.of(name), cancelling.signal));
  const settling = Promise.allSettled(results);
  const other = seat.run(works.of('other'));
  cancelling.abort(reason);
  await expect(seat.run(works.of('late'), cancelling.signal)).rejects.toBe(reason);
  for (let run = 0; run < 3; run++) await works.end();
  expect(works.started).toEqual(['1', '2', 'other']);
  expect(await other).toBe('other');
  expect((await settling).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
});

it('nobody gets two turns while another waits for one', async () => {
  const work = fc.record({ seat: fc.nat({ max: 3 }), ends: fc.nat({ max: 2 }) });
  const property = fc.asyncProperty(fc.array(work, { maxLength: 30 }), async (steps) => {
    const works = new Works();
    const shared = scheduler();
    const seats = Array.from({ length: 4 }, () => ({ seat: shared.join(), asked: 0 }));
    /** Turns of others since a classifier has been waiting, by classifier. */
    const seen = new Map<number, number[]>();
    let told = 0;
    const check = () => {
      expect(works.underWay.size).toBeLessThanOrEqual(2);
      for (const name of works.started.slice(told)) {
        const index = Number(name.split(':')[0]);
        seen.delete(index);
        for (const [other, turns] of seen) {
          turns.push(index);
          expect(new Set(turns).size, `turns while ${other} waits: ${turns}`).toBe(turns.length);
        }
        const { asked } = seats[index] as { asked: number };
        if (works.started.filter((started) => started.startsWith(`${index}:`)).length < asked) seen.set(index, []);
      }
      told = works.started.length;
    };
    for (const { seat: index, ends } of steps) {
      const user = seats[index] as (typeof seats)[number];
      const name = `${index}:${user.asked++}`;
      if (!seen.has(index)) seen.set(index, []);
      void user.seat.run(works.of(name));
      check();
      for (let end = 0; end < ends; end++) {
        await works.end();
        check();
      }
    }
    while (works.underWay.size > 0) {
      await works.end();
      check();
    }
    expect(works.started).toHaveLength(steps.length);
    for (const index of seats.keys()) {
      const own = works.started.filter((name) => name.startsWith(`${index}:`));
      expect(own).toEqual(own.map((_, turn) => `${index}:${turn}`));
    }
  });
  await fc.assert(property, { numRuns: 50 });
});

it('refuses what waits when its classifier leaves, and goes on with the others', async () => {
  const works = new Works();
  const shared = scheduler();
  const [first, second] = [shared.join(), shared.join()];
  const running = [first.run(works.of('a')), first.run(works.of('b'))];
  const waiting = first.run(works.of('c'));
  const other = second.run(works.of('d'));
  const reason = new Error('disposed');
  first.leave(reason);
  await expect(waiting).rejects.toBe(reason);
  await works.end();
  await works.end();
  await works.end();
  expect(await Promise.all(running)).toEqual(['a', 'b']);
  expect(await other).toBe('d');
  expect(works.started).toEqual(['a', 'b', 'd']);
});

it('goes on after work that fails', async () => {
  const seat = scheduler().join();
  const error = new Error('no picture');
  const failing = () => seat.run(() => Promise.reject(error));
  const throwing = () =>
    seat.run(() => {
      throw error;
    });
  const results = await Promise.allSettled([failing(), throwing(), failing(), seat.run(async () => 'fine')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
});

it('does not count a wait for another classifier’s run as work', () => {
  const clock = vi.spyOn(performance, 'now');
  const shared = scheduler();
  const [first, second] = [shared.join(), shared.join()];
  /** @returns the work of a run of `milliseconds` that ends at a time. */
  const work = (seat: typeof first, end: number, milliseconds: number) => {
    clock.mockReturnValueOnce(end);
    return seat.workOf(milliseconds);
  };
  expect(work(first, 40, 40)).toBe(40);
  // Submitted at 10, it waits for the one that ends at 40.
  expect(work(second, 80, 70)).toBe(40);
  expect(work(first, 85, 45)).toBe(5);
  // The machine has been idle.
  expect(work(first, 185, 40)).toBe(40);
  clock.mockRestore();
});
