import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import lenetUrl from '../../models/lenet.hwgq?url';
import { type Classifier, createClassifier } from '../../src/client/index.ts';

/** Answers picture requests; replaced by tests. The model is passed as bytes. */
const respond = vi.fn<typeof fetch>();
let classifier: Classifier;
let picture: Blob;
let pictureUrl: string;

beforeAll(async () => {
  const model = await (await fetch(lenetUrl)).arrayBuffer();
  classifier = await createClassifier({ model, backend: 'wasm', maxResults: 1, fetch: respond });
  const canvas = new OffscreenCanvas(200, 200);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, 200, 200);
  context.fillStyle = '#000';
  context.fillRect(92, 40, 16, 120);
  picture = await canvas.convertToBlob();
  pictureUrl = URL.createObjectURL(picture);
});

afterAll(() => {
  classifier.dispose();
  URL.revokeObjectURL(pictureUrl);
});

afterEach(() => {
  vi.restoreAllMocks();
  respond.mockReset();
});

const labelOf = async (source: Parameters<Classifier['classify']>[0]) =>
  (await classifier.classify(source)).categories[0]?.label;

it('fetches pictures by URL, as text and as URL object', async () => {
  respond.mockImplementation(async () => new Response(picture));
  expect(await labelOf('digits/one.png')).toBe('1');
  const url = new URL('digits/one.png', location.href);
  const results = await classifier.classifyBatch([url, 'digits/one.png']);
  expect(results.map(({ categories }) => categories[0]?.label)).toEqual(['1', '1']);
  expect(await classifier.features('digits/one.png')).toHaveLength(500);
  expect(respond.mock.calls.map(([source]) => String(source))).toEqual([
    'digits/one.png',
    url.href,
    'digits/one.png',
    'digits/one.png',
  ]);
});

it('fetches pictures with the page’s own fetch by default', async () => {
  const own = await createClassifier({ model: lenetUrl, backend: 'wasm' });
  expect((await own.classify(pictureUrl)).categories[0]?.label).toBe('1');
  own.dispose();
});

it.each([
  ['an error status', async () => new Response('', { status: 404 }), { url: 'one.png', status: 404 }],
  ['a connection that fails', () => Promise.reject(new TypeError('Failed to fetch')), { url: 'one.png' }],
  [
    'a body that breaks off',
    async () => new Response(new ReadableStream({ pull: () => Promise.reject(new Error('cut')) })),
    { url: 'one.png' },
  ],
])('reports the URL of a picture after %s', async (_, response, details) => {
  respond.mockImplementation(response);
  const failed = classifier.classify('one.png');
  await expect(failed).rejects.toMatchObject({ name: 'HwgqError', code: 'download', details });
  await expect(failed).rejects.toThrow(/^one\.png/);
});

it('reports the URL and type of a file that is not a picture', async () => {
  const page = new Blob(['<!doctype html>'], { type: 'text/html' });
  respond.mockImplementation(async () => new Response(page));
  const failed = classifier.classify('one.png');
  await expect(failed).rejects.toMatchObject({ code: 'invalid-image', details: { url: 'one.png' } });
  await expect(failed).rejects.toThrow(/^one\.png \(text\/html\)/);
});

it('waits for an image element that is still loading', async () => {
  const image = new Image();
  image.src = pictureUrl;
  expect(image.complete).toBe(false);
  expect(await labelOf(image)).toBe('1');
});

it('waits for a lazy image element, which decode() makes the browser load', async () => {
  const image = new Image();
  image.loading = 'lazy';
  image.style.marginTop = '100000px';
  image.src = pictureUrl;
  document.body.append(image);
  expect(await labelOf(image)).toBe('1');
  image.remove();
});

it('copies a loaded image element before the call returns', async () => {
  const image = new Image();
  image.src = pictureUrl;
  await image.decode();
  const label = labelOf(image);
  image.removeAttribute('src');
  expect(await label).toBe('1');
});

it('reports the src of an image element that is broken or empty', async () => {
  const broken = new Image();
  broken.src = 'data:image/png;base64,AAAA';
  const failed = classifier.classify(broken);
  await expect(failed).rejects.toMatchObject({ code: 'invalid-image', details: { url: broken.src } });
  await expect(failed).rejects.toThrow(broken.src);
  await expect(broken.decode()).rejects.toThrow();
  // It is complete now, and still broken.
  await expect(classifier.classify(broken)).rejects.toThrow(broken.src);
  await expect(classifier.classify(new Image())).rejects.toMatchObject({ code: 'invalid-image' });
});

it('rejects a picture whose pixels belong to another origin', async () => {
  // Chromium treats an SVG file with HTML inside as another origin's.
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50"><foreignObject width="50" height="50"><p xmlns="http://www.w3.org/1999/xhtml">1</p></foreignObject></svg>`;
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  const failed = classifier.classify(image);
  await expect(failed).rejects.toMatchObject({ name: 'HwgqError', code: 'invalid-image' });
  await expect(failed).rejects.toThrow(/another origin.*CORS/);
  const canvas = document.createElement('canvas');
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  await expect(classifier.features(canvas)).rejects.toMatchObject({ code: 'invalid-image' });
});

it('rejects image data whose buffer has been transferred, and values that are not pictures', async () => {
  const detached = new ImageData(28, 28);
  structuredClone(detached.data.buffer, { transfer: [detached.data.buffer] });
  for (const image of [detached, null, undefined, 5, {}]) {
    await expect(classifier.classify(image as ImageData)).rejects.toMatchObject({ code: 'invalid-image' });
  }
  const element: unknown = document.body;
  await expect(classifier.classify(element as Blob)).rejects.toThrow(/type HTMLBodyElement; a URL, .* is accepted/);
  await expect(classifier.classifyBatch(5 as unknown as [])).rejects.toMatchObject({ code: 'invalid-image' });
});

it('uses the same part of a picture in features as in classify', async () => {
  const half = new OffscreenCanvas(200, 200);
  const context = half.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, 200, 200);
  context.fillStyle = '#000';
  context.fillRect(60, 40, 80, 16);
  context.fillRect(124, 40, 16, 120);
  const canvas = new OffscreenCanvas(400, 200);
  canvas.getContext('2d')?.drawImage(half, 200, 0);
  const region = { x: 0.5, y: 0, width: 0.5, height: 1 };
  const expected = await classifier.features(half);
  expect(await classifier.features(canvas, { region })).toEqual(expected);
  expect(await classifier.features(canvas, { region: { ...region, x: 0 } })).not.toEqual(expected);
  expect(await classifier.features(canvas, { region, mirror: true })).not.toEqual(expected);
  await expect(classifier.features(canvas, { region: { ...region, width: 2 } })).rejects.toMatchObject({
    code: 'invalid-option',
  });
});

const CALLS = {
  classify: (image: string | Blob, signal: AbortSignal) => classifier.classify(image, { signal }),
  classifyBatch: (image: string | Blob, signal: AbortSignal) => classifier.classifyBatch([image], { signal }),
  features: (image: string | Blob, signal: AbortSignal) => classifier.features(image, { signal }),
};

it.each(Object.entries(CALLS))('%s rejects with the reason of its signal at every stage', async (_, call) => {
  const reason = new Error('changed my mind');
  await expect(call(picture, AbortSignal.abort(reason))).rejects.toBe(reason);
  let fetchSignal: AbortSignal | null | undefined;
  respond.mockImplementation((_, init) => {
    fetchSignal = init?.signal;
    return new Promise(() => {});
  });
  const fetching = new AbortController();
  const fetched = call('one.png', fetching.signal);
  fetching.abort(reason);
  await expect(fetched).rejects.toBe(reason);
  expect(fetchSignal?.aborted).toBe(true);

  let decoded: (bitmap: ImageBitmap) => void = () => {};
  const bitmap = await createImageBitmap(picture);
  const making = vi.spyOn(globalThis, 'createImageBitmap').mockReturnValue(
    new Promise((resolve) => {
      decoded = resolve;
    }),
  );
  const decoding = new AbortController();
  const drawn = call(picture, decoding.signal);
  await expect.poll(() => making.mock.calls.length).toBe(1);
  decoding.abort(reason);
  await expect(drawn).rejects.toBe(reason);
  decoded(bitmap);
  making.mockRestore();
  await expect.poll(() => bitmap.width).toBe(0);

  const busy = classifier.classifyBatch(Array(100).fill(new ImageData(28, 28)));
  const waiting = new AbortController();
  const queued = call(picture, waiting.signal);
  await classifier.classify(new ImageData(28, 28), { signal: new AbortController().signal });
  waiting.abort(reason);
  await queued.catch(() => {});
  expect(await busy).toHaveLength(100);
});

it('rejects a picture’s download when the classifier is disposed of', async () => {
  respond.mockReturnValue(new Promise(() => {}));
  const own = await createClassifier({ model: await (await fetch(lenetUrl)).blob(), backend: 'wasm', fetch: respond });
  const pending = own.classify('one.png');
  own.dispose();
  await expect(pending).rejects.toMatchObject({ code: 'disposed' });
});
