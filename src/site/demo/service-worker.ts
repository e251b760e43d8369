/** The site's version and its files with Subresource Integrity hashes, inserted by the build. */
declare const SITE: { readonly version: string; readonly files: Readonly<Record<string, string>> };

/** Service worker types that TypeScript's DOM library lacks. */
interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorkerScope {
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}

const { version, files } = SITE;
const scope = self as unknown as ServiceWorkerScope;
const base = new URL('./', location.href);
/** Sites under different paths of one origin share its caches, so the path is part of the name. */
const ownCaches = `hwgq-web ${base.pathname} `;
const cacheName = ownCaches + version;

scope.addEventListener('install', (event) => event.waitUntil(keepAll()));
scope.addEventListener('activate', (event) => event.waitUntil(dropOldVersions()));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = pathOf(request);
  if (path === undefined) return;
  // File names in assets/ change with their content. Other files come from the server if it responds, so
  // that no visitor is left with an old version.
  const response = path.startsWith('assets/')
    ? kept(path).catch(() => fetch(request))
    : fetch(request).catch(() => kept(path));
  event.respondWith(response);
});

/** Returns the site file that a request is for. */
function pathOf({ method, url }: Request): string | undefined {
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== base.origin || !pathname.startsWith(base.pathname)) return undefined;
  const path = pathname.slice(base.pathname.length) || 'index.html';
  return path in files ? path : undefined;
}

async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName);
  await Promise.all(Object.keys(files).map((path) => fetchAnew(cache, path)));
}

async function dropOldVersions(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(ownCaches) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** Returns a file from the cache if its hash matches, else from the server. */
async function kept(path: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const response = await cache.match(new URL(path, base));
  return response && (await isIntact(response.clone(), path)) ? response : fetchAnew(cache, path);
}

async function isIntact(response: Response, path: string): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
  return `sha256-${btoa(String.fromCharCode(...digest))}` === files[path];
}

/** @throws TypeError if the server does not respond, or responds with a file of another hash. */
async function fetchAnew(cache: Cache, path: string): Promise<Response> {
  const integrity = files[path] ?? '';
  const response = await fetch(new URL(path, base), { integrity, cache: 'no-cache' });
  if (!response.ok) throw new TypeError(`${path}: the server responded with status ${response.status}.`);
  // Browsers reject a redirected response for a navigation, but accept a copy of it.
  const copy = new Response(await response.arrayBuffer(), { headers: response.headers });
  await cache.put(new URL(path, base), copy.clone());
  return copy;
}
