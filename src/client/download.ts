import { HwgqError, messageOf } from '../errors.ts';
import { type FetchOptions, fetchFile } from './fetch-file.ts';
import { ModelCache } from './model-cache.ts';
import type { ModelSource } from './types.ts';

/** Options of `download`. */
export interface DownloadOptions extends Omit<FetchOptions, 'cache'> {
  /** Looks for the file in Cache storage first. */
  readonly cache?: boolean | undefined;
  /** Expected hash of the file. It identifies stored copies; a download is not compared with it. */
  readonly integrity?: string | undefined;
  /** Called with each piece of the file and the number of bytes received so far, this piece included. */
  readonly onChunk: (bytes: Uint8Array, loadedBytes: number, totalBytes: number | undefined) => void;
}

/** A model file that has been read to its end. */
export interface Downloaded {
  /** Size of the file. */
  readonly bytes: number;
  /** Stores the file if `cache` is set and the file is new. Call it once the model has proved to be intact. */
  readonly store: () => Promise<void>;
}

/** A model file that is being read. */
interface OpenFile {
  readonly stream: ReadableStream<Uint8Array>;
  readonly total?: number;
  /** Stores the complete file. Absent if it is not to be stored. */
  readonly store?: (file: Blob) => Promise<void>;
}

/**
 * Reads a model piece by piece from any kind of source.
 * @throws HwgqError `download` with the URL and status, `invalid-option` for a stream that is locked or does not contain
 *   bytes; the signal's reason if it aborts.
 */
export async function download(source: ModelSource, options: DownloadOptions): Promise<Downloaded> {
  const { signal, onChunk } = options;
  signal?.throwIfAborted();
  if (source instanceof ArrayBuffer) {
    onChunk(new Uint8Array(source), source.byteLength, source.byteLength);
    return { bytes: source.byteLength, store: async () => {} };
  }
  const { stream, total, store } = await open(source, options);
  const pieces: BlobPart[] = [];
  const bytes = await readPieces(stream, signal, (piece, loaded) => {
    if (store) pieces.push(piece as Uint8Array<ArrayBuffer>);
    // A server may report a wrong length, or one that is not a number.
    onChunk(piece, loaded, total !== undefined && loaded <= total ? total : undefined);
  });
  return { bytes, store: async () => store?.(new Blob(pieces)) };
}

/** Reads a stream to its end, and returns the number of its bytes. */
async function readPieces(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
  onPiece: (piece: Uint8Array, loadedBytes: number) => void,
): Promise<number> {
  const reader = stream.getReader();
  // Cancelling ends a pending read. It rejects if the stream has already failed, which that read reports.
  const cancel = (reason: unknown) => void reader.cancel(reason).catch(() => {});
  const abort = () => cancel(signal?.reason);
  signal?.addEventListener('abort', abort);
  let length = 0;
  try {
    // The signal may have aborted before the listener was added.
    signal?.throwIfAborted();
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        signal?.throwIfAborted();
        const message = `The model broke off after ${length} bytes: ${messageOf(cause)}. Fetch it again.`;
        throw new HwgqError('download', message, { bytes: length }, { cause });
      });
      signal?.throwIfAborted();
      if (done) return length;
      if (!(value instanceof Uint8Array)) {
        throw new HwgqError(
          'invalid-option',
          `The stream passed as \`model\` contains a ${typeof value}; it must contain Uint8Arrays.`,
        );
      }
      length += value.length;
      onPiece(value, length);
    }
  } catch (error) {
    cancel(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function open(source: Exclude<ModelSource, ArrayBuffer>, options: DownloadOptions): Promise<OpenFile> {
  if (source instanceof ReadableStream) {
    if (!source.locked) return { stream: source };
    throw new HwgqError(
      'invalid-option',
      'The stream passed as `model` is locked by another reader. Pass an unlocked one.',
    );
  }
  if (source instanceof Blob) return openBlob(source);
  const { signal, fetch, integrity } = options;
  const cache = options.cache ? cacheOf(source, integrity) : undefined;
  if (!cache) return openResponse(await fetchFile(source, { signal, fetch }));
  const stored = await cache.read();
  // A copy with the expected hash cannot be outdated.
  if (stored && integrity !== undefined) return openBlob(stored.file);
  let response: Awaited<ReturnType<typeof fetchFile>>;
  try {
    // `no-cache` makes the browser ask the server for a newer version than the one in its HTTP cache.
    response = await fetchFile(source, { signal, fetch, cache: 'no-cache' });
  } catch (error) {
    if (stored && isUnreachable(error)) return openBlob(stored.file);
    throw error;
  }
  if (stored?.isCurrent(response)) {
    response.body.cancel().catch(() => {});
    return openBlob(stored.file);
  }
  const { headers } = response;
  return { ...openResponse(response), store: (file) => cache.write(file, headers) };
}

function openBlob(file: Blob): OpenFile {
  return { stream: file.stream(), total: file.size };
}

function openResponse({ headers, body }: Response & { readonly body: ReadableStream<Uint8Array> }): OpenFile {
  // The length of a compressed transfer is not the file's.
  const length = headers.has('content-encoding') ? null : headers.get('content-length');
  return { stream: body, ...(length === null ? {} : { total: Number(length) }) };
}

/** Returns the file's place in Cache storage, which keeps only responses to GET requests. */
function cacheOf(source: string | URL | Request, integrity: string | undefined): ModelCache | undefined {
  if (source instanceof Request) return source.method === 'GET' ? ModelCache.at(source.url, integrity) : undefined;
  return ModelCache.at(source, integrity);
}

/** Returns whether a download failed without a response from the file's server: no connection, or a failing server. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof HwgqError)) return false;
  const { status } = error.details;
  return status === undefined || Number(status) >= 500;
}
