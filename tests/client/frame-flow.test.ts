import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type FlowEnd, FrameFlow, type OfferedFrame } from '../../src/client/frame-flow.ts';

/** A flow on a clock that stands, whose frames are numbers and whose results are the frames' own. */
class Bench {
  time = 0;
  /** Frames that somebody holds, by what they are. */
  readonly discarded: number[] = [];
  readonly submitted: number[] = [];
  readonly given: number[] = [];
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

  get underWay(): readonly number[] {
    return [...this.#results.keys()];
  }

  offer(): void {
    const frame = this.#frames++;
    this.flow.offer({ frame, discard: () => this.discarded.push(frame) });
  }

  /** Asks for one result. */
  read(): Promise<number | undefined> {
    this.isReading = true;
    const result = this.flow.next();
    result
      .then((frame) => {
        if (frame !== undefined) this.given.push(frame);
      })
      .catch(() => {})
      .finally(() => {
        this.isReading = false;
      });
    return result;
  }

  /** Ends the run of a frame under way; of the oldest where none is named. */
  async finish(place = 0, error?: Error): Promise<void> {
    const frame = this.underWay[place];
    if (frame === undefined) return;
    const run = this.#results.get(frame);
    this.#results.delete(frame);
    if (error) run?.reject(error);
    else run?.resolve(frame);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

it('submits nothing while nobody reads, and then the newest frame', async () => {
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

it('two are under way, one waits, and a newer one replaces it', async () => {
  const bench = new Bench();
  void bench.read();
  for (let count = 0; count < 5; count++) bench.offer();
  expect(bench.submitted).toEqual([0, 1]);
  expect(bench.discarded).toEqual([2, 3]);
  await bench.finish();
  // The reader has what it asked for: nothing is begun before it asks again.
  expect(bench.submitted).toEqual([0, 1]);
  void bench.read();
  expect(bench.submitted).toEqual([0, 1, 4]);
});

it('never gives what was seen before a cut', async () => {
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
  expect(bench.given).toEqual([3, 5]);
});

it('gives up a result that nobody has asked for, once it is old and there is a newer frame', async () => {
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

it('ends after what is under way, or at once with an error', async () => {
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
  expect(failed.given).toEqual([]);
  failed.flow.end({ error: new Error('later') });
  expect(failed.ends).toEqual([{ error }]);
});

it('whatever happens: no more than two under way, each frame once, newer and newer ones given', async () => {
  const step = fc.constantFrom('offer', 'offer', 'read', 'finish', 'finish other', 'cut', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const bench = new Bench();
      let offered = 0;
      let cutAt = 0;
      for (const what of steps) {
        const given = bench.given.length;
        if (what === 'offer') {
          bench.offer();
          offered++;
        }
        if (what === 'read' && !bench.isReading) void bench.read();
        if (what === 'finish') await bench.finish();
        if (what === 'finish other') await bench.finish(1);
        if (what === 'cut') {
          bench.flow.invalidate();
          cutAt = offered;
        }
        if (what === 'wait') bench.time += 60;
        await Promise.resolve();
        await Promise.resolve();
        expect(bench.underWay.length).toBeLessThanOrEqual(2);
        for (const frame of bench.given.slice(given)) expect(frame).toBeGreaterThanOrEqual(cutAt);
      }
      const seen = [...bench.discarded, ...bench.submitted];
      expect(new Set(seen).size).toBe(seen.length);
      // All but at most one, which waits.
      expect(offered - seen.length).toBeLessThanOrEqual(1);
      expect(bench.given).toEqual(bench.given.toSorted((a, b) => a - b));
      const { classified, dropped } = bench.flow.counts;
      expect(classified).toBe(bench.given.length);
      // What is neither is under way, waits, or lies unread.
      const open = offered - classified - dropped;
      expect(open).toBeGreaterThanOrEqual(bench.underWay.length);
      expect(open).toBeLessThanOrEqual(bench.underWay.length + 2);
    }),
    { numRuns: 100 },
  );
});
