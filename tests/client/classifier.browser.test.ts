import { expect, it, vi } from 'vitest';
import lenetUrl from '../../models/lenet.hwgq?url';
import { createClassifier, type LoadProgress } from '../../src/client/index.ts';
import { startWorker } from '../../src/start-worker.ts';

/** Draws a one: a thick upright stroke on white. */
function drawnOne(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = 200;
  canvas.height = 200;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, 200, 200);
  context.lineWidth = 16;
  context.lineCap = 'round';
  context.moveTo(104, 40);
  context.lineTo(96, 160);
  context.stroke();
  return canvas;
}

it('classifies a drawn digit the same from every kind of picture', async () => {
  const classifier = await createClassifier({ model: lenetUrl, backend: 'webgpu' });
  const canvas = drawnOne();
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made as Blob)));
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  await image.decode();
  const bitmap = await createImageBitmap(canvas);
  const offscreen = new OffscreenCanvas(200, 200);
  offscreen.getContext('2d')?.drawImage(canvas, 0, 0);
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  const pictures = [canvas, offscreen, blob, image, bitmap, context.getImageData(0, 0, 200, 200)];
  const results = await classifier.classifyBatch(pictures, { scores: true });
  expect(results.map(({ categories }) => categories[0]?.label)).toEqual(pictures.map(() => '1'));
  for (const { scores } of results) expect(scores).toEqual(results[0]?.scores);
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = canvas.captureStream(10);
  const playing = video.play();
  // A canvas stream has its first frame once something is drawn.
  context.drawImage(canvas, 0, 0);
  await playing;
  for (const moving of [frame, video]) {
    expect((await classifier.classify(moving)).categories[0]?.label).toBe('1');
  }
  frame.close();
  expect(bitmap.width).toBe(200);
  expect(await classifier.features(canvas)).toHaveLength(500);
  expect(classifier.info).toMatchObject({ network: 'LeNet-HWGQ', classes: 10, backend: { name: 'webgpu' } });
  classifier.dispose();
});

it('reports progress that never decreases and reaches 1', async () => {
  const seen: LoadProgress[] = [];
  const classifier = await createClassifier({ model: lenetUrl, onProgress: (progress) => seen.push(progress) });
  const values = seen.map(({ progress }) => progress);
  expect(values).toEqual(values.toSorted((a, b) => a - b));
  expect(values.at(-1)).toBe(1);
  classifier.dispose();
});

it('keeps options, and refuses contradictory ones without losing the model', async () => {
  const classifier = await createClassifier({ model: lenetUrl, maxResults: 2 });
  expect((await classifier.classify(drawnOne())).categories).toHaveLength(2);
  const both = { categoryAllowlist: ['1'], categoryDenylist: ['2'] };
  await expect(classifier.classify(drawnOne(), both)).rejects.toMatchObject({ code: 'invalid-option' });
  classifier.setOptions({ categoryDenylist: ['1'], maxResults: -1 });
  expect((await classifier.classify(drawnOne())).categories.map(({ label }) => label)).not.toContain('1');
  const broken = new Blob(['no picture'], { type: 'image/png' });
  await expect(classifier.classify(broken)).rejects.toMatchObject({ code: 'invalid-image' });
  expect((await classifier.classify(drawnOne())).categories).toHaveLength(9);
  classifier.setOptions({ categoryAllowlist: ['1'], categoryDenylist: undefined });
  expect((await classifier.classify(drawnOne())).categories.map(({ label }) => label)).toEqual(['1']);
  classifier.setOptions({ categoryAllowlist: undefined, maxResults: undefined });
  expect((await classifier.classify(drawnOne())).categories).toHaveLength(5);
  classifier.dispose();
});

it('refuses wrong options before it fetches anything, and keeps the current ones', async () => {
  const fetch = vi.fn();
  for (const wrong of [
    { maxResults: 0 },
    { scoreThreshold: 2 },
    { categoryAllowlist: ['1'], categoryDenylist: ['2'] },
  ]) {
    const made = createClassifier({ model: 'x.hwgq', fetch, ...wrong });
    await expect(made).rejects.toMatchObject({ code: 'invalid-option' });
  }
  expect(fetch).not.toHaveBeenCalled();
  const unknown = { categoryDenylist: ['cat'] };
  await expect(createClassifier({ model: lenetUrl, ...unknown })).rejects.toThrow(/'cat'.*info\.labels/);
  const classifier = await createClassifier({ model: lenetUrl, maxResults: 2 });
  for (const wrong of [{ maxResults: 1.5 }, { scoreThreshold: Number.NaN }, unknown]) {
    expect(() => classifier.setOptions(wrong)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect(() => classifier.stream(drawnOne(), wrong)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  }
  expect((await classifier.classify(drawnOne())).categories).toHaveLength(2);
  classifier.dispose();
});

it('uses the classifier’s own option for undefined, in classify and in stream', async () => {
  const classifier = await createClassifier({ model: lenetUrl, backend: 'wasm', categoryAllowlist: ['1', '7'] });
  const options = { categoryAllowlist: undefined, maxResults: undefined };
  const labelsOf = (categories: readonly { readonly label: string }[]) => categories.map(({ label }) => label).sort();
  expect(labelsOf((await classifier.classify(drawnOne(), options)).categories)).toEqual(['1', '7']);
  for await (const { categories } of classifier.stream(drawnOne(), options)) {
    expect(labelsOf(categories)).toEqual(['1', '7']);
    break;
  }
  classifier.setOptions({ categoryAllowlist: undefined });
  expect((await classifier.classify(drawnOne())).categories).toHaveLength(5);
  classifier.dispose();
});

it('refuses a missing or unusable model without fetching anything', async () => {
  const fetch = vi.fn();
  for (const model of [undefined, null, '', 5, {}, new Uint8Array(3)]) {
    const failed = createClassifier({ model: model as string, fetch });
    await expect(failed).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(failed).rejects.toThrow(/model.*URL of a \.hwgq file/);
  }
  await expect(createClassifier(undefined as never)).rejects.toMatchObject({ code: 'invalid-option' });
  expect(fetch).not.toHaveBeenCalled();
});

it('refuses unknown options and wrong types by name, in every method', async () => {
  const refusal = (message: string | RegExp) =>
    expect.objectContaining({
      code: 'invalid-option',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  const create = (options: object) => createClassifier({ model: lenetUrl, backend: 'wasm', ...options });
  await expect(create({ worker: '/worker.js' })).rejects.toEqual(refusal(/`worker` is not an option of createClass/));
  await expect(create({ maxResult: 1 })).rejects.toEqual(
    refusal('`maxResult` is not an option of createClassifier; did you mean `maxResults`?'),
  );
  for (const wrong of [
    { integrity: 5 },
    { kernelChoice: () => {} },
    { onProgress: 1 },
    { signal: {} },
    { simd: 'x' },
  ]) {
    await expect(create(wrong)).rejects.toEqual(refusal(/./));
  }
  const classifier = await create({});
  const picture = drawnOne();
  const wrong = { maxResult: 1 } as object;
  const message = (name: string) => `\`maxResult\` is not an option of ${name}; did you mean \`maxResults\`?`;
  await expect(classifier.classify(picture, wrong)).rejects.toEqual(refusal(message('classify')));
  await expect(classifier.classifyBatch([picture], wrong)).rejects.toEqual(refusal(message('classifyBatch')));
  expect(() => classifier.stream(picture, wrong)).toThrow(refusal(message('stream')));
  expect(() => classifier.setOptions(wrong)).toThrow(refusal(message('setOptions')));
  await expect(classifier.features(picture, { miror: true } as object)).rejects.toEqual(
    refusal('`miror` is not an option of features; did you mean `mirror`?'),
  );
  for (const options of [{ region: null }, { mirror: 1 }, { categoryAllowlist: 'cat' }, { categoryDenylist: [1] }]) {
    await expect(classifier.classify(picture, options as object)).rejects.toEqual(refusal(/./));
  }
  classifier.dispose();
});

it('is disposed of by `using` where the platform has Symbol.dispose', async () => {
  const classifier = await createClassifier({ model: lenetUrl, backend: 'wasm' });
  if (Symbol.dispose) classifier[Symbol.dispose]();
  else {
    expect('undefined' in classifier).toBe(false);
    classifier.dispose();
  }
  await expect(classifier.classify(drawnOne())).rejects.toMatchObject({ code: 'disposed' });
});

it('closes the bitmaps of pictures that do not reach the worker', async () => {
  const made: ImageBitmap[] = [];
  const make = createImageBitmap;
  const making = vi.spyOn(globalThis, 'createImageBitmap').mockImplementation(async (image: ImageBitmapSource) => {
    const bitmap = await make(image);
    made.push(bitmap);
    return bitmap;
  });
  const classifier = await createClassifier({ model: lenetUrl });
  const broken = new Blob(['no picture'], { type: 'image/png' });
  const failed = classifier.classifyBatch([drawnOne(), broken, drawnOne()]);
  await expect(failed).rejects.toThrow(/The Blob cannot be drawn/);
  const pending = classifier.features(drawnOne());
  classifier.dispose();
  await expect(pending).rejects.toMatchObject({ code: 'disposed' });
  expect(made.map(({ width }) => width)).toEqual([0, 0, 0]);
  making.mockRestore();
});

it('reports typed errors for files that are not models', async () => {
  const file = new Uint8Array(await (await fetch(lenetUrl)).arrayBuffer());
  const flipped = file.slice();
  flipped[5000] = (flipped[5000] as number) ^ 4;
  const page = new Blob(['<!doctype html><title>Not found</title>']);
  await expect(createClassifier({ model: flipped.buffer })).rejects.toMatchObject({ code: 'model-format' });
  await expect(createClassifier({ model: page })).rejects.toThrow(/web page/);
  await expect(createClassifier({ model: new Blob([file.subarray(0, 9999)]) })).rejects.toMatchObject({
    code: 'model-format',
  });
  const integrity = 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
  await expect(createClassifier({ model: lenetUrl, integrity })).rejects.toMatchObject({
    code: 'model-integrity',
    details: { url: String(lenetUrl) },
  });
  const answersPage = createClassifier({
    model: 'x.hwgq',
    fetch: async () => new Response('<!doctype html>'.padEnd(99)),
  });
  await expect(answersPage).rejects.toMatchObject({ code: 'model-format', details: { byte: 0, url: 'x.hwgq' } });
  await expect(answersPage).rejects.toThrow(/^x\.hwgq: .*web page.*Check the model's URL\.$/);
  const missing = createClassifier({ model: 'x.hwgq', fetch: async () => new Response('', { status: 404 }) });
  await expect(missing).rejects.toMatchObject({ code: 'download', details: { status: 404 } });
  const refused = () => Promise.reject(new TypeError('Failed to fetch'));
  await expect(createClassifier({ model: 'x.hwgq', fetch: refused })).rejects.toThrow(
    /x\.hwgq .*Failed to fetch.*CORS/,
  );
});

it('rejects with the signal’s reason', async () => {
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  const onProgress = ({ stage }: LoadProgress) => {
    if (stage === 'compile') controller.abort(reason);
  };
  await expect(createClassifier({ model: lenetUrl, signal: controller.signal, onProgress })).rejects.toBe(reason);
  await expect(createClassifier({ model: lenetUrl, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

it('rejects pending calls when it is disposed of, and reports a worker that cannot start', async () => {
  const classifier = await createClassifier({ model: lenetUrl });
  const pending = classifier.classify(drawnOne());
  classifier.dispose();
  classifier.dispose();
  await expect(pending).rejects.toMatchObject({ code: 'disposed' });
  await expect(classifier.classify(drawnOne())).rejects.toMatchObject({ code: 'disposed' });
  const workerUrl = URL.createObjectURL(new Blob(['throw new Error("broken")'], { type: 'text/javascript' }));
  const dead = createClassifier({ model: lenetUrl, workerUrl });
  await expect(dead).rejects.toMatchObject({ code: 'worker' });
  await expect(dead).rejects.toThrow(/broken\. Create the classifier again\.$/);
  const missing = createClassifier({ model: lenetUrl, workerUrl: 'blob:nothing' });
  await expect(missing).rejects.toThrow(/could not be loaded\. Check workerUrl, which is blob:nothing,/);
  const invalid = createClassifier({ model: lenetUrl, workerUrl: 'http://[' });
  await expect(invalid).rejects.toMatchObject({ code: 'invalid-option' });
  await expect(invalid).rejects.toThrow(/workerUrl is 'http:\/\/\['/);
});

it('revokes the URL that starts a worker of another origin', async () => {
  const revoke = vi.spyOn(URL, 'revokeObjectURL');
  for (const code of ['postMessage(1)', 'throw 1']) {
    const worker = startWorker(`data:text/javascript,${code}`);
    worker.addEventListener('error', (event) => event.preventDefault());
  }
  await expect.poll(() => revoke.mock.calls.length).toBe(2);
  revoke.mockRestore();
});

it('passes the backend’s options to the worker', async () => {
  const plain = await createClassifier({ model: lenetUrl, backend: 'wasm', simd: 'plain', threads: 1 });
  expect(plain.info.backend).toMatchObject({ name: 'wasm', simd: 'plain', threads: 1 });
  plain.dispose();
  const tooMany = createClassifier({ model: lenetUrl, backend: 'wasm', threads: 10_000 });
  await expect(tooMany).rejects.toMatchObject({ code: 'invalid-option' });
});
