import { HwgqError } from '../errors.ts';

/** The time that a browser gets to find an adapter and to open a device. */
const OPENING_MS = 30_000;
/** The seconds that a GPU gets to compile a network and to prove itself. */
const TRIAL_SECONDS = 120;

/** Settles as work does, or rejects with the signal's reason if it aborts first. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const done = new AbortController();
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { signal: done.signal });
    work.then(resolve, reject).finally(() => done.abort());
  });
}

/**
 * Waits for the browser to open a GPU. After a crash it may never answer.
 * @throws HwgqError `no-webgpu` if it takes too long.
 */
export function whenOpened<T>(opening: Promise<T>, milliseconds = OPENING_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () =>
      reject(
        new HwgqError(
          'no-webgpu',
          `The browser did not open the GPU within ${milliseconds / 1000} seconds. Restart it, update the GPU's driver, or use backend 'wasm'.`,
        ),
      );
    timer = setTimeout(giveUp, milliseconds);
  });
  return Promise.race([opening, late]).finally(() => clearTimeout(timer));
}

/**
 * Runs work on a GPU with a signal that aborts if the GPU takes too long, or if `ending` aborts. Time in which the machine
 * sleeps hardly counts.
 * @param ending cancels the work.
 */
export async function withinPatience<T>(
  ending: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const end = () => controller.abort(ending?.reason);
  ending?.addEventListener('abort', end);
  if (ending?.aborted) end();
  let seconds = 0;
  const clock = setInterval(() => {
    if (++seconds < TRIAL_SECONDS) return;
    controller.abort(
      new HwgqError(
        'gpu-fault',
        `The GPU did not compile and run the network within ${TRIAL_SECONDS} seconds. Update the browser and the GPU's driver, or use backend 'wasm'.`,
      ),
    );
  }, 1000);
  try {
    return await work(controller.signal);
  } finally {
    clearInterval(clock);
    ending?.removeEventListener('abort', end);
  }
}
