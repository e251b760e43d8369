import { HwgqError, messageOf } from '../errors.ts';
import { untilAborted } from './abort.ts';

/** Options of `fetchFile`. */
export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Replaces the page's `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  readonly cache?: RequestCache | undefined;
}

/**
 * Fetches a file.
 * @returns a response whose status is a success and that has a body.
 * @throws HwgqError `download` with the URL, and the status if the server has responded; the signal's reason if it aborts.
 */
export async function fetchFile(
  source: string | URL | Request,
  { signal, fetch: fetchWith = fetch, cache }: FetchOptions,
): Promise<Response & { readonly body: ReadableStream<Uint8Array> }> {
  const url = source instanceof Request ? source.url : String(source);
  const init = { ...(signal ? { signal } : {}), ...(cache ? { cache } : {}) };
  let response: Response;
  try {
    // A custom `fetch` may ignore the signal.
    response = await untilAborted(fetchWith(source, init), signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HwgqError(
      'download',
      `${url} cannot be fetched: ${messageOf(cause)}. Check the URL and the connection; a server of another origin must allow the page by CORS.`,
      { url },
      { cause },
    );
  }
  if (response.ok && response.body) return response as Response & { readonly body: ReadableStream<Uint8Array> };
  const { status } = response;
  throw new HwgqError('download', `${url} cannot be fetched: the server responds with ${status}. Check the URL.`, {
    url,
    status,
  });
}
