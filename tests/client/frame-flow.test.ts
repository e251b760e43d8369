import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type FlowEnd, FrameFlow, type OfferedFrame } from '../../src/client/frame-flow.ts';

/** A flow with a manual clock. Its frames are numbers, and the result of a frame is its number. */
class Bench {
  time = 0;
  /** Frames by what has become of them. */
  readonly discarded: number[] = [];
  readonly submitted: number[] = [];
  readonly delivered: number[] = [];
  readonly ends: FlowEnd[] = [];
  readonly #results = new Map<number, { resolve: (result: number) => void; reject: (error: Error) => void }>();
  readonly flow = new FrameFlow<OfferedFrame & { readonly frame: number }, number>(
    ({ frame }) => {
      this.submitted.push(frame);
      return new Promise((resolve, reject) => this.#results.set(frame, { resolve, reject }));
    },
    (end) => this.ends.push(end),
    () => this.time,
  );
  #frames = 0;
  isReading = false;

  get inFlight(): readonly number[] {
    return [...this.#results.keys()];
  }

  offer(): void {
    const frame = this.#frames++;
    this.flow.offer({ frame, discard: () => this.discarded.push(frame) });
  }

  /** Reads one result. */
  read(): Promise<number | undefined> {
    this.isReading = true;
    const result = this.flow.next();
    result
      .then((frame) => {
        if (frame !== undefined) this.delivered.push(frame);
      })
      .catch(() => {})
      .finally(() => {
        this.isReading = false;
      });
    return result;
  }

  /** Finishes a frame in flight, by its position; by default the oldest. */
  async finish(place = 0, error?: Error): Promise<void> {
    const frame = this.inFlight[place];
    if (frame === undefined) return;
    const run = this.#results.get(frame);
    this.#results.delete(frame);
    if (error) run?.reject(error);
    else run?.resolve(frame);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

it('submits nothing until a read, and then the newest frame', async () => {
  const bench = new Bench();
  for (let count = 0; count < 3; count++) bench.offer();
  expect(bench.submitted).toEqual([]);
  expect(bench.discarded).toEqual([0, 1]);
  const result = bench.read();
  expect(bench.submitted).toEqual([2]);
  await bench.finish();
  expect(await result).toBe(2);
  expect(bench.flow.counts).toEqual({ classified: 1, dropped: 2 });
});

it('keeps two frames in flight and one waiting, which a newer one replaces', async () => {
  const bench = new Bench();
  void bench.read();
  for (let count = 0; count < 5; count++) bench.offer();
  expect(bench.submitted).toEqual([0, 1]);
  expect(bench.discarded).toEqual([2, 3]);
  await bench.finish();
  // The read is answered, so nothing starts before the next one.
  expect(bench.submitted).toEqual([0, 1]);
  void bench.read();
  expect(bench.submitted).toEqual([0, 1, 4]);
});

it('delivers no result of a frame before an invalidation', async () => {
  const bench = new Bench();
  const result = bench.read();
  for (let count = 0; count < 3; count++) bench.offer();
  bench.flow.invalidate();
  expect(bench.discarded).toEqual([2]);
  await bench.finish();
  await bench.finish();
  bench.offer();
  await bench.finish();
  expect(await result).toBe(3);
  expect(bench.flow.counts).toEqual({ classified: 1, dropped: 3 });
  bench.offer();
  void bench.read();
  bench.offer();
  await bench.finish(1);
  await bench.finish();
  expect(bench.delivered).toEqual([3, 5]);
});

it('drops an unread result once it is old and there is a newer frame', async () => {
  const bench = new Bench();
  void bench.read();
  bench.offer();
  bench.offer();
  await bench.finish();
  await bench.finish();
  bench.time = 50;
  expect(await bench.read()).toBe(1);
  void bench.read();
  bench.offer();
  bench.offer();
  await bench.finish();
  await bench.finish();
  bench.time = 1000;
  bench.offer();
  const fresh = bench.read();
  await bench.finish();
  expect(await fresh).toBe(4);
  expect(bench.flow.counts).toEqual({ classified: 4, dropped: 1 });
});

it('ends after the frames in flight, or at once with an error', async () => {
  const ended = new Bench();
  const last = ended.read();
  ended.offer();
  ended.flow.end({});
  await ended.finish();
  expect(await last).toBe(0);
  expect(await ended.read()).toBeUndefined();
  ended.offer();
  expect(ended.discarded).toEqual([1]);

  const failed = new Bench();
  const never = failed.read();
  failed.offer();
  failed.offer();
  const error = new Error('no GPU');
  await failed.finish(1, error);
  await expect(never).rejects.toBe(error);
  await failed.finish();
  await expect(failed.read()).rejects.toBe(error);
  expect(failed.delivered).toEqual([]);
  failed.flow.end({ error: new Error('later') });
  expect(failed.ends).toEqual([{ error }]);
});

it('keeps at most two frames in flight, handles each once, and delivers results in order, for any sequence of events', async () => {
  const step = fc.constantFrom('offer', 'offer', 'read', 'finish', 'finish other', 'invalidate', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const bench = new Bench();
      let offered = 0;
      let validFrom = 0;
      for (const what of steps) {
        const delivered = bench.delivered.length;
        if (what === 'offer') {
          bench.offer();
          offered++;
        }
        if (what === 'read' && !bench.isReading) void bench.read();
        if (what === 'finish') await bench.finish();
        if (what === 'finish other') await bench.finish(1);
        if (what === 'invalidate') {
          bench.flow.invalidate();
          validFrom = offered;
        }
        if (what === 'wait') bench.time += 60;
        await Promise.resolve();
        await Promise.resolve();
        expect(bench.inFlight.length).toBeLessThanOrEqual(2);
        for (const frame of bench.delivered.slice(delivered)) expect(frame).toBeGreaterThanOrEqual(validFrom);
      }
      const seen = [...bench.discarded, ...bench.submitted];
      expect(new Set(seen).size).toBe(seen.length);
      // All except at most one, which waits.
      expect(offered - seen.length).toBeLessThanOrEqual(1);
      expect(bench.delivered).toEqual(bench.delivered.toSorted((a, b) => a - b));
      const { classified, dropped } = bench.flow.counts;
      expect(classified).toBe(bench.delivered.length);
      // The others are in flight, waiting or unread.
      const open = offered - classified - dropped;
      expect(open).toBeGreaterThanOrEqual(bench.inFlight.length);
      expect(open).toBeLessThanOrEqual(bench.inFlight.length + 2);
    }),
    { numRuns: 100 },
  );
});
