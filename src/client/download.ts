import { HwgqError, messageOf } from '../errors.ts';
import type { ModelSource } from './types.ts';

export interface Download {
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
  /** Called with each piece of the file, and how many bytes have come with it. */
  readonly onChunk: (bytes: Uint8Array, loadedBytes: number, totalBytes: number | undefined) => void;
}

/**
 * Fetches a model, piece by piece, from wherever it is.
 * @returns how many bytes it has.
 * @throws HwgqError `download` with address and status, `invalid-option` for a stream that is being read elsewhere or
 *   gives no bytes; the signal's reason where it aborts.
 */
export async function download(source: ModelSource, options: Download): Promise<number> {
  const { signal, onChunk } = options;
  signal?.throwIfAborted();
  if (source instanceof ArrayBuffer) {
    onChunk(new Uint8Array(source), source.byteLength, source.byteLength);
    return source.byteLength;
  }
  const { stream, total } = await open(source, options);
  const reader = stream.getReader();
  // Cancelling ends a pending read. It rejects where the stream has failed already, which that read tells.
  const cancel = (reason: unknown) => void reader.cancel(reason).catch(() => {});
  const abort = () => cancel(signal?.reason);
  signal?.addEventListener('abort', abort);
  let length = 0;
  try {
    // It may have aborted before anybody listened.
    signal?.throwIfAborted();
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        signal?.throwIfAborted();
        const reason = messageOf(error);
        const message = `The model broke off after ${length} bytes: ${reason}. Fetch it again.`;
        throw new HwgqError('download', message, { bytes: length }, { cause: error });
      });
      signal?.throwIfAborted();
      if (done) break;
      if (!(value instanceof Uint8Array)) {
        throw new HwgqError('invalid-option', `The model's stream gives a ${typeof value}; it must give Uint8Array.`);
      }
      length += value.length;
      // A server may tell a wrong length, or none that is a number.
      onChunk(value, length, total !== undefined && length <= total ? total : undefined);
    }
  } catch (error) {
    cancel(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  return length;
}

async function open(
  source: Exclude<ModelSource, ArrayBuffer>,
  { signal, fetch: fetchWith = fetch }: Download,
): Promise<{ stream: ReadableStream<Uint8Array>; total?: number }> {
  if (source instanceof ReadableStream) {
    if (!source.locked) return { stream: source };
    throw new HwgqError('invalid-option', 'The stream given as model is being read elsewhere. Give one of its own.');
  }
  if (source instanceof Blob) return { stream: source.stream(), total: source.size };
  const url = source instanceof Request ? source.url : String(source);
  let response: Response;
  try {
    response = await untilAborted(fetchWith(source, signal ? { signal } : {}), signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new HwgqError(
      'download',
      `${url} cannot be fetched. Check address and connection; a server of another origin must allow it by CORS.`,
      { url },
      { cause: error },
    );
  }
  if (!response.ok || !response.body) {
    const { status } = response;
    throw new HwgqError('download', `${url} answers ${status}. Check the address.`, { url, status });
  }
  // A compressed transfer's length is not the file's.
  const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  return { stream: response.body, ...(length === null ? {} : { total: Number(length) }) };
}

/** A promise, or the signal's reason where it aborts first: a `fetch` of the caller's own may not heed the signal. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
