import { HwgqError } from '../errors.ts';
import type { ModelSource } from './types.ts';

export interface Download {
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
  readonly onProgress: (loadedBytes: number, totalBytes: number | undefined) => void;
}

/**
 * A model's bytes, from wherever it is.
 * @throws HwgqError `download` with address and status; the signal's reason where it aborts.
 */
export async function download(source: ModelSource, options: Download): Promise<ArrayBuffer> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  if (source instanceof ArrayBuffer) {
    onProgress(source.byteLength, source.byteLength);
    return source.slice(0);
  }
  const { stream, total } = await open(source, options);
  const reader = stream.getReader();
  const cancel = () => void reader.cancel(signal?.reason);
  signal?.addEventListener('abort', cancel);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) break;
      chunks.push(value as Uint8Array<ArrayBuffer>);
      length += value.length;
      onProgress(length, total);
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
  return new Blob(chunks).arrayBuffer();
}

async function open(
  source: Exclude<ModelSource, ArrayBuffer>,
  { signal, fetch: fetchWith = fetch }: Download,
): Promise<{ stream: ReadableStream<Uint8Array>; total?: number }> {
  if (source instanceof ReadableStream) return { stream: source };
  if (source instanceof Blob) return { stream: source.stream(), total: source.size };
  const url = source instanceof Request ? source.url : String(source);
  let response: Response;
  try {
    response = await fetchWith(source, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw new HwgqError(
      'download',
      `${url} cannot be fetched. Check address and connection.`,
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
