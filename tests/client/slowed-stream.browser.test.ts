import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { classificationStream } from '../../src/client/classification-stream.ts';
import type { WorkerConnection } from '../../src/client/worker-connection.ts';
import type { Classified } from '../../src/worker/protocol.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'requestAnimationFrame', 'cancelAnimationFrame', 'setTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A simulated worker: each frame takes `work` milliseconds, and waits `wait` more for other classifiers. */
class StandIn {
  work = 10;
  wait = 0;
  frames = 0;
  readonly signal = new AbortController().signal;

  async call(): Promise<Classified> {
    this.frames++;
    const { work, wait } = this;
    await new Promise((resolve) => setTimeout(resolve, work + wait));
    const timings = { preprocess: 0, inference: work, total: work };
    return { results: [{ categories: [], timings, backend: { name: 'wasm' } }], milliseconds: work };
  }
}

/** Reads a canvas's stream as fast as it delivers. Returns a function that counts the frames of the next second. */
function follow(worker: StandIn): () => Promise<number> {
  const stream = classificationStream({
    connection: worker as unknown as WorkerConnection,
    labels: [],
    source: new OffscreenCanvas(8, 8),
    options: {},
    classification: () => ({}),
  });
  const read = async () => {
    for await (const _ of stream) {
      // The results do not matter.
    }
  };
  void read();
  return async () => {
    const { frames } = worker;
    await vi.advanceTimersByTimeAsync(1000);
    return worker.frames - frames;
  };
}

it('keeps the frame rate while it waits for other classifiers, and lowers it on a slowed machine', async () => {
  const worker = new StandIn();
  const aSecond = follow(worker);
  expect(await aSecond()).toBeGreaterThan(55);
  // Two other classifiers take turns with it: with two frames in flight, one is done every 35 ms.
  worker.wait = 60;
  await aSecond();
  expect(await aSecond()).toBeGreaterThan(25);
  worker.wait = 0;
  worker.work = 50;
  await aSecond();
  expect(await aSecond()).toBeLessThan(12);
});
