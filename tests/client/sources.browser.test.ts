import { beforeAll, expect, it } from 'vitest';
import lenetUrl from '../../models/lenet.hwgq?url';
import { createClassifier, type LoadProgress, type LoadStage } from '../../src/client/index.ts';
import type { ModelSource } from '../../src/client/types.ts';

const file = new Uint8Array(await (await fetch(lenetUrl)).arrayBuffer());
const CHUNK = 5000;

/** Streams the model in chunks, one per read. Calls `onCancel` if the reader cancels. */
function streamed(end = file.length, onCancel: (reason: unknown) => void = () => {}): ReadableStream<Uint8Array> {
  let place = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (place >= end) return controller.close();
        controller.enqueue(file.slice(place, Math.min(end, place + CHUNK)));
        place += CHUNK;
      },
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  );
}

const address = new URL(lenetUrl, location.href);
const SOURCES: Readonly<Record<string, () => ModelSource>> = {
  'an address': () => lenetUrl,
  'a URL': () => address,
  'a Request': () => new Request(address, { cache: 'no-store' }),
  'a Blob': () => new Blob([file]),
  'a File': () => new File([file], 'lenet.hwgq'),
  'an ArrayBuffer': () => file.slice().buffer,
  'a ReadableStream': () => streamed(),
};

it.each(Object.entries(SOURCES))(
  'loads the model from %s, with progress that never decreases',
  async (kind, source) => {
    const seen: LoadProgress[] = [];
    const onProgress = (progress: LoadProgress) => seen.push(progress);
    const classifier = await createClassifier({ model: source(), backend: 'reference', onProgress });
    expect(classifier.info).toMatchObject({ network: 'LeNet-HWGQ', bytes: file.length });
    classifier.dispose();
    const progress = seen.map((each) => each.progress);
    const bytes = seen.map((each) => each.loadedBytes);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
    expect(bytes.at(-1)).toBe(file.length);
    const totals = seen.filter(({ stage }) => stage === 'download').map(({ totalBytes }) => totalBytes);
    if (kind === 'a ReadableStream') {
      // The size of a stream is known only at its end.
      expect(totals.slice(0, -1).every((total) => total === undefined)).toBe(true);
      expect(totals.length).toBe(Math.ceil(file.length / CHUNK) + 1);
    } else expect(new Set(totals)).toEqual(new Set([file.length]));
  },
);

it('leaves the caller’s ArrayBuffer intact', async () => {
  const buffer = file.slice().buffer;
  (await createClassifier({ model: buffer, backend: 'reference' })).dispose();
  expect(new Uint8Array(buffer)).toEqual(file);
});

const STAGES: readonly LoadStage[] = ['download', 'decode', 'compile', 'warm-up'];
const aborts = STAGES.flatMap((stage) => ['first', 'last'].map((report) => [stage, report] as const));

/** All reports of a load that is not cancelled. */
const reports: LoadProgress[] = [];

beforeAll(async () => {
  const onProgress = (progress: LoadProgress) => reports.push(progress);
  (await createClassifier({ model: streamed(), backend: 'webgpu', onProgress })).dispose();
  // One report of the worker and one of the page. Both arrive before the classifier.
  expect(reports.filter(({ stage }) => stage === 'warm-up')).toHaveLength(2);
});

it.each(aborts)('rejects with the signal’s reason in the stage %s, at its %s report', async (stage, report) => {
  const own = reports.filter((each) => each.stage === stage);
  expect(own.length).toBeGreaterThan(0);
  const at = report === 'first' ? 1 : own.length;

  const controller = new AbortController();
  const reason = new Error('changed my mind');
  let count = 0;
  const onProgress = (progress: LoadProgress) => {
    if (progress.stage === stage && ++count === at) controller.abort(reason);
  };
  const stopped = createClassifier({ model: streamed(), backend: 'webgpu', signal: controller.signal, onProgress });
  await expect(stopped).rejects.toBe(reason);
  expect(count).toBe(at);
});

it('cancels a stream that it no longer reads', async () => {
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  const cancelled = new Promise((resolve) => {
    const stopped = createClassifier({
      model: streamed(file.length, resolve),
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    stopped.catch(() => {});
  });
  expect(await cancelled).toBe(reason);
});

it('rejects with the signal’s reason before the first byte arrives', async () => {
  const reason = new Error('changed my mind');
  const silentFetch = () => new Promise<Response>(() => {});
  for (const options of [{ model: 'x.hwgq', fetch: silentFetch }, { model: new ReadableStream<Uint8Array>() }]) {
    const controller = new AbortController();
    const stopped = createClassifier({ ...options, signal: controller.signal });
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
  }
});

it('reports typed errors for streams that break off, are locked, or do not contain bytes', async () => {
  const broken = streamed(2 * CHUNK).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      flush() {
        throw new Error('the line went dead');
      },
    }),
  );
  const failed = createClassifier({ model: broken });
  await expect(failed).rejects.toMatchObject({ code: 'download', details: { bytes: 2 * CHUNK } });
  await expect(failed).rejects.toThrow(/the line went dead/);
  const short = createClassifier({ model: streamed(2 * CHUNK) });
  await expect(short).rejects.toMatchObject({ code: 'model-format' });
  const used = streamed();
  used.getReader();
  await expect(createClassifier({ model: used })).rejects.toMatchObject({ code: 'invalid-option' });
  const text = new Blob([file]).stream().pipeThrough(new TextDecoderStream());
  const wrong = createClassifier({ model: text as ReadableStream<unknown> as ReadableStream<Uint8Array> });
  await expect(wrong).rejects.toMatchObject({ code: 'invalid-option' });
});

it('stops reading once the bytes cannot become a model, or the worker has failed', async () => {
  const workerUrl = URL.createObjectURL(new Blob(['throw new Error("broken")'], { type: 'text/javascript' }));
  const stops = [
    [{}, 'model-format'],
    [{ integrity: 'md5-x' }, 'invalid-option'],
    [{ workerUrl }, 'worker'],
  ] as const;
  for (const [options, code] of stops) {
    let reason: unknown;
    const start = options === stops[0][0] ? new Uint8Array(100) : file.subarray(0, 100);
    // The stream stays open without further data.
    const model = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(start.slice()),
      cancel: (received) => {
        reason = received;
      },
    });
    const failed = createClassifier({ model, ...options });
    await expect(failed).rejects.toMatchObject({ code });
    expect(reason).toMatchObject({ code });
  }
});

it('accepts chunks that share one buffer, and leaves the buffer intact', async () => {
  const shared = file.slice();
  const model = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let place = 0; place < shared.length; place += CHUNK)
        controller.enqueue(shared.subarray(place, place + CHUNK));
      controller.close();
    },
  });
  (await createClassifier({ model, backend: 'reference' })).dispose();
  expect(shared).toEqual(file);
});

it('keeps progress in bounds if the server reports a wrong length', async () => {
  for (const length of ['100', '1000000', 'nonsense']) {
    const seen: LoadProgress[] = [];
    const answer = async () => new Response(streamed(), { headers: { 'content-length': length } });
    const onProgress = (progress: LoadProgress) => seen.push(progress);
    (await createClassifier({ model: 'x.hwgq', backend: 'reference', fetch: answer, onProgress })).dispose();
    const progress = seen.map((each) => each.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
    expect(seen.every(({ loadedBytes, totalBytes = loadedBytes }) => loadedBytes <= totalBytes)).toBe(true);
  }
});
