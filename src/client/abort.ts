/** Settles as a promise does, or rejects with the signal's reason if the signal aborts first. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
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

/** Runs work with a signal that aborts with the first of several. `AbortSignal.any` is missing in older browsers. */
export async function withAnySignal<T>(
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const any = new AbortController();
  const end = new AbortController();
  for (const signal of signals) {
    const abort = () => any.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { signal: end.signal });
    if (signal?.aborted) abort();
  }
  try {
    return await work(any.signal);
  } finally {
    end.abort();
  }
}
