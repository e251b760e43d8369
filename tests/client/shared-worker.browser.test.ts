import { afterEach, beforeEach, expect, it } from 'vitest';
import cifarUrl from '../../models/cifarsmall.hwgq?url';
import lenetUrl from '../../models/lenet.hwgq?url';
import { type Classifier, createClassifier } from '../../src/client/index.ts';

const OriginalWorker = Worker;
let started: Worker[] = [];
let running = new Set<Worker>();

beforeEach(() => {
  started = [];
  running = new Set();
  globalThis.Worker = class extends OriginalWorker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      started.push(this);
      running.add(this);
    }

    override terminate(): void {
      running.delete(this);
      super.terminate();
    }
  };
});

afterEach(() => {
  globalThis.Worker = OriginalWorker;
});

const picture = new ImageData(32, 32);

const namesOf = async (classifier: Classifier) =>
  (await classifier.classify(picture, { maxResults: 1 })).categories.map(({ label }) => label);

it('shares one worker among classifiers, until the last is disposed of', async () => {
  const [digits, objects] = await Promise.all(
    [lenetUrl, cifarUrl].map((model) => createClassifier({ model, backend: 'wasm' })),
  );
  if (!digits || !objects) throw new Error('Two classifiers were created.');
  expect(started).toHaveLength(1);
  const [digit, object] = await Promise.all([namesOf(digits), namesOf(objects)]);
  expect(digit[0]).toMatch(/^\d$/);
  expect(object[0]).toMatch(/^[a-z]+$/);
  digits.dispose();
  digits.dispose();
  await expect(namesOf(digits)).rejects.toMatchObject({ code: 'disposed' });
  expect(await namesOf(objects)).toEqual(object);
  expect(running.size).toBe(1);
  const more = await createClassifier({ model: lenetUrl, backend: 'wasm' });
  expect(started).toHaveLength(1);
  objects.dispose();
  expect(await namesOf(more)).toEqual(digit);
  more.dispose();
  expect(running.size).toBe(0);
});

it('cancels the loading of one classifier without affecting the others', async () => {
  const digits = await createClassifier({ model: lenetUrl, backend: 'webgpu' });
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  const stopped = createClassifier({
    model: cifarUrl,
    backend: 'webgpu',
    signal: controller.signal,
    onProgress: ({ stage }) => {
      if (stage === 'compile') controller.abort(reason);
    },
  });
  await expect(stopped).rejects.toBe(reason);
  expect(await namesOf(digits)).toHaveLength(1);
  await expect(createClassifier({ model: new Blob(['no model']) })).rejects.toMatchObject({ code: 'model-format' });
  expect(await namesOf(digits)).toHaveLength(1);
  expect(started).toHaveLength(1);
  digits.dispose();
  expect(running.size).toBe(0);
});

it('lets other classifiers run during a long batch', async () => {
  const [batching, asking] = await Promise.all(
    [cifarUrl, lenetUrl].map((model) => createClassifier({ model, backend: 'wasm' })),
  );
  if (!batching || !asking) throw new Error('Two classifiers were created.');
  let isDone = false;
  const batch = batching.classifyBatch(Array(200).fill(picture)).then((results) => {
    isDone = true;
    return results;
  });
  await Promise.all([1, 2, 3].map(() => namesOf(asking)));
  expect(isDone).toBe(false);
  expect(await batch).toHaveLength(200);
  batching.dispose();
  asking.dispose();
});

it('runs streams of several classifiers side by side, each with results of only its own source', async () => {
  const drawn = (paint: (context: OffscreenCanvasRenderingContext2D) => void) => {
    const canvas = new OffscreenCanvas(32, 32);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 32, 32);
    context.lineWidth = 3;
    paint(context);
    context.stroke();
    return canvas;
  };
  const one = drawn((context) => {
    context.moveTo(17, 6);
    context.lineTo(15, 26);
  });
  const zero = drawn((context) => context.ellipse(16, 16, 6, 10, 0, 0, 2 * Math.PI));
  const sources = [one, zero, one];
  const models = [lenetUrl, lenetUrl, cifarUrl];
  const classifiers = await Promise.all(models.map((model) => createClassifier({ model, backend: 'wasm' })));
  const seen = await Promise.all(
    classifiers.map(async (classifier, index) => {
      const labels = new Set<string>();
      for await (const { categories, counts } of classifier.stream(sources[index] as OffscreenCanvas)) {
        labels.add(categories[0]?.label ?? '');
        if (counts.classified === 30) break;
      }
      return [...labels];
    }),
  );
  const alone = await Promise.all(
    classifiers.map(async (classifier, index) => {
      const { categories } = await classifier.classify(sources[index] as OffscreenCanvas);
      return [categories[0]?.label];
    }),
  );
  expect(seen).toEqual(alone);
  expect(seen.slice(0, 2)).toEqual([['1'], ['0']]);
  for (const classifier of classifiers) classifier.dispose();
});

it('rejects the calls of all classifiers if the worker fails, and starts a new one for the next', async () => {
  const classifiers = await Promise.all([1, 2].map(() => createClassifier({ model: lenetUrl, backend: 'wasm' })));
  const pending = classifiers.map(namesOf);
  started[0]?.dispatchEvent(new ErrorEvent('error', { message: 'the end' }));
  for (const names of pending) await expect(names).rejects.toMatchObject({ code: 'worker' });
  for (const classifier of classifiers) {
    await expect(namesOf(classifier)).rejects.toThrow(/the end/);
    classifier.dispose();
  }
  const next = await createClassifier({ model: lenetUrl, backend: 'wasm' });
  expect(await namesOf(next)).toHaveLength(1);
  expect(started).toHaveLength(2);
  next.dispose();
  expect(running.size).toBe(0);
});
