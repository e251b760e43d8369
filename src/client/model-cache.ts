/** Name of the cache in the page's Cache storage. */
const CACHE_NAME = 'hwgq-web-models';
/** Header of a stored response: the hash of its body. */
const HASH_HEADER = 'x-hwgq-hash';
/** Headers by which a server distinguishes versions of a file, strongest first. */
const VALIDATORS = ['etag', 'last-modified'];
/** Search parameter that distinguishes stored copies of a URL by their expected hash. */
const INTEGRITY_PARAMETER = 'hwgq-integrity';

/** An intact copy of a model file. */
export interface StoredModel {
  readonly file: Blob;
  /** Returns whether a response has the same version of the file, as far as its headers tell. */
  isCurrent(response: Response): boolean;
}

/**
 * The place of one model file in Cache storage, under its URL and the hash that it must have. Every failure of the storage
 * (absent, forbidden, full) is treated as a missing copy.
 */
export class ModelCache {
  readonly #url: string;
  readonly #integrity: string | undefined;

  /**
   * @param url The URL of the file, absolute or relative to the page.
   * @param integrity Expected hash of the file, as in Subresource Integrity.
   * @returns undefined if the URL is not an HTTP URL: Cache storage keeps no others.
   */
  static at(url: string | URL, integrity: string | undefined): ModelCache | undefined {
    try {
      const { protocol, href } = new URL(url, globalThis.document?.baseURI ?? location.href);
      return protocol.startsWith('http') ? new ModelCache(href, integrity) : undefined;
    } catch {
      return undefined;
    }
  }

  private constructor(url: string, integrity: string | undefined) {
    this.#url = withIntegrity(url, undefined);
    this.#integrity = integrity;
  }

  /** Returns the stored copy; undefined if there is none or it is damaged. */
  async read(): Promise<StoredModel | undefined> {
    try {
      const stored = await (await caches.open(CACHE_NAME)).match(this.#key);
      if (!stored) return undefined;
      const file = await stored.blob();
      if ((await hashOf(file)) !== (this.#integrity ?? stored.headers.get(HASH_HEADER))) return undefined;
      return { file, isCurrent: (response) => isSameVersion(stored.headers, response.headers) };
    } catch {
      return undefined;
    }
  }

  /** Stores a file in place of earlier copies of the same URL. */
  async write(file: Blob, headers: Headers): Promise<void> {
    try {
      const cache = await caches.open(CACHE_NAME);
      const kept = VALIDATORS.map((name) => [name, headers.get(name)] as const).filter(([, value]) => value !== null);
      const stored = Object.fromEntries([...kept, [HASH_HEADER, await hashOf(file)]]) as Record<string, string>;
      for (const { url } of await cache.keys())
        if (withIntegrity(url, undefined) === this.#url) await cache.delete(url);
      await cache.put(this.#key, new Response(file, { headers: stored }));
    } catch {
      // The model is downloaded again next time.
    }
  }

  get #key(): string {
    return withIntegrity(this.#url, this.#integrity);
  }
}

function withIntegrity(url: string, integrity: string | undefined): string {
  const key = new URL(url);
  key.hash = '';
  if (integrity === undefined) key.searchParams.delete(INTEGRITY_PARAMETER);
  else key.searchParams.set(INTEGRITY_PARAMETER, integrity);
  return key.href;
}

/** Compares the strongest validator that both have. Another origin's `ETag` is hidden unless its server exposes it. */
function isSameVersion(stored: Headers, current: Headers): boolean {
  const shared = VALIDATORS.find((name) => stored.has(name) && current.has(name));
  return shared !== undefined && stored.get(shared) === current.get(shared);
}

/** Returns the SHA-256 of a file as in Subresource Integrity. */
async function hashOf(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
