import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import cifarUrl from '../../models/cifarsmall.hwgq?url';
import lenetUrl from '../../models/lenet.hwgq?url';
import { type ClassifierOptions, createClassifier } from '../../src/client/index.ts';

const [lenet, cifar] = await Promise.all(
  [lenetUrl, cifarUrl].map(async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer())),
);
const CACHE = 'hwgq-web-models';
const GARBAGE = new Uint8Array(5000);

/** A server of one model file. */
const server = {
  file: lenet as Uint8Array<ArrayBuffer>,
  headers: { etag: '"1"' } as Record<string, string>,
  respond: vi.fn<typeof fetch>(),
};

beforeEach(() => {
  server.file = lenet as Uint8Array<ArrayBuffer>;
  server.headers = { etag: '"1"' };
  server.respond.mockReset();
  server.respond.mockImplementation(async () => new Response(server.file.slice(), { headers: server.headers }));
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await caches.delete(CACHE);
});

/** Creates a classifier with a cache, and returns the name of its network. */
async function load(options: Partial<ClassifierOptions> = {}): Promise<string> {
  const own = { model: 'models/one.hwgq', backend: 'reference', cache: true, fetch: server.respond } as const;
  const classifier = await createClassifier({ ...own, ...options });
  classifier.dispose();
  return classifier.info.network;
}

const stored = async () => (await caches.open(CACHE)).keys();

/** Loads the model for the first time, and waits until it is stored. */
async function loadAndStore(options: Partial<ClassifierOptions> = {}): Promise<void> {
  await load(options);
  await expect.poll(async () => (await stored()).length).toBe(1);
  server.respond.mockClear();
}

async function integrityOf(file: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', file));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}

it('stores no model by default', async () => {
  await load({ cache: undefined });
  await load({ cache: false });
  expect(await caches.has(CACHE)).toBe(false);
});

it.each([{ etag: '"1"' }, { 'last-modified': 'Sat, 01 Jan 2022 00:00:00 GMT' }])(
  'uses the stored copy if the server still has the same version: %o',
  async (headers) => {
    server.headers = headers as unknown as Record<string, string>;
    await loadAndStore();
    // Reading this body fails.
    server.file = GARBAGE;
    expect(await load()).toBe('LeNet-HWGQ');
    expect(server.respond).toHaveBeenCalledOnce();
    expect(server.respond.mock.calls[0]?.[1]?.cache).toBe('no-cache');
  },
);

it('downloads and stores a newer version', async () => {
  await loadAndStore();
  server.file = cifar as Uint8Array<ArrayBuffer>;
  server.headers = { etag: '"2"' };
  const network = await load();
  expect(network).not.toBe('LeNet-HWGQ');
  const lengthOfStored = async () => {
    const response = await caches.match(new URL('models/one.hwgq', document.baseURI), { cacheName: CACHE });
    return (await response?.arrayBuffer())?.byteLength;
  };
  await expect.poll(lengthOfStored).toBe(cifar?.length);
  server.file = GARBAGE;
  expect(await load()).toBe(network);
});

it.each([
  ['there is no connection', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['the server fails', async () => new Response('', { status: 503 })],
])('uses the stored copy if %s', async (_, respond) => {
  server.headers = {};
  await loadAndStore();
  server.respond.mockImplementation(respond);
  expect(await load()).toBe('LeNet-HWGQ');
  await expect(load({ cache: false })).rejects.toMatchObject({ code: 'download' });
});

it('reports a model that the server no longer has', async () => {
  await loadAndStore();
  server.respond.mockImplementation(async () => new Response('', { status: 404 }));
  await expect(load()).rejects.toMatchObject({ code: 'download', details: { status: 404 } });
});

it('downloads a file each time if the server does not report its version', async () => {
  server.headers = {};
  await loadAndStore();
  server.file = cifar as Uint8Array<ArrayBuffer>;
  expect(await load()).not.toBe('LeNet-HWGQ');
});

it('uses a stored copy with the expected hash without asking the server, and stores one hash for each URL', async () => {
  const integrity = await integrityOf(lenet as Uint8Array<ArrayBuffer>);
  await loadAndStore({ integrity });
  expect(await load({ integrity })).toBe('LeNet-HWGQ');
  expect(server.respond).not.toHaveBeenCalled();
  server.file = cifar as Uint8Array<ArrayBuffer>;
  const another = await integrityOf(server.file);
  expect(await load({ integrity: another })).not.toBe('LeNet-HWGQ');
  expect(server.respond).toHaveBeenCalledOnce();
  await expect
    .poll(async () => (await stored()).map(({ url }) => url.includes(encodeURIComponent(another))))
    .toEqual([true]);
});

it.each([true, false])('downloads a file again if its stored copy is damaged; with integrity: %s', async (isNamed) => {
  const options = isNamed ? { integrity: await integrityOf(lenet as Uint8Array<ArrayBuffer>) } : {};
  await loadAndStore(options);
  const cache = await caches.open(CACHE);
  const [key] = await cache.keys();
  const { headers } = (await cache.match(key as Request)) as Response;
  const damaged = lenet?.slice() as Uint8Array<ArrayBuffer>;
  damaged[5000] = (damaged[5000] as number) ^ 1;
  await cache.put(key as Request, new Response(damaged, { headers }));
  expect(await load(options)).toBe('LeNet-HWGQ');
  expect(server.respond).toHaveBeenCalledOnce();
});

it('stores neither files that are not models nor files that are not loaded by HTTP', async () => {
  server.file = GARBAGE;
  await expect(load()).rejects.toMatchObject({ code: 'model-format' });
  const url = URL.createObjectURL(new Blob([lenet as Uint8Array<ArrayBuffer>]));
  for (const model of [url, new Blob([lenet as Uint8Array<ArrayBuffer>])]) await load({ model, fetch: undefined });
  await load({ model: new Request('models/one.hwgq', { method: 'POST' }), fetch: async () => new Response(lenet) });
  expect(await stored()).toEqual([]);
});

it('loads models without Cache storage', async () => {
  const forbidden = () => Promise.reject(new DOMException('', 'SecurityError'));
  for (const storage of [undefined, { open: forbidden }]) {
    vi.stubGlobal('caches', storage);
    expect(await load()).toBe('LeNet-HWGQ');
  }
});
