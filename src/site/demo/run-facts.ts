import type { BackendDescription, ClassifierInfo, GpuProof, StreamResult, Timings } from '../../client/index.ts';
import { byId } from '../shared/dom.ts';
import { formatBytes, formatCount, formatMilliseconds } from '../shared/format.ts';

/** Weight of the newest time in the running average. Small enough that figures stay readable while frames arrive. */
const NEWEST_WEIGHT = 0.15;

/** Shows the backend, times per picture, and the size of the model against its float32 original. */
export class RunFacts {
  #average: Timings | undefined;
  /** Time of the last frame's result; undefined before the first. */
  #lastFrame: number | undefined;
  /** Running averages in milliseconds: the interval between results, and the latency from frame to result. */
  #period: number | undefined;
  #latency = 0;

  /** Shows a model and resets its times. */
  reset({ backend, bytes, floatBytes }: ClassifierInfo): void {
    this.showBackend(backend);
    write('frames', '');
    write('size', formatBytes(bytes));
    const ratio = floatBytes / bytes;
    write(
      'ratio',
      `${ratio.toFixed(ratio < 10 ? 1 : 0)} times smaller than the ${formatBytes(floatBytes)} of 32-bit numbers`,
    );
  }

  /** Shows the backend, and resets the times, which were another backend's. */
  showBackend(backend: BackendDescription): void {
    this.#average = undefined;
    write('backend', backendName(backend));
    write('adapter', adapterName(backend));
    write('time', '…');
    write('time-parts', 'Not measured yet');
  }

  keptForOffline(): void {
    write(
      'offline',
      'The model runs on your device, so your pictures stay there. This page is stored on this device and opens without a network.',
    );
  }

  /** Records the result of a video or camera frame. */
  addFrame({ timings, counts }: StreamResult): void {
    this.addTimings(timings);
    const now = performance.now();
    if (counts.classified <= 1) this.#lastFrame = undefined;
    if (this.#lastFrame !== undefined) {
      const period = now - this.#lastFrame;
      this.#period = this.#period === undefined ? period : this.#period + NEWEST_WEIGHT * (period - this.#period);
      this.#latency += NEWEST_WEIGHT * (timings.latency - this.#latency);
      const rate = Math.round(1000 / this.#period);
      const dropped = `${formatCount(counts.dropped)} of ${formatCount(counts.classified + counts.dropped)} dropped`;
      write(
        'frames',
        `${rate} frames per second, ${formatMilliseconds(this.#latency)} from frame to answer, ${dropped}`,
      );
    } else {
      this.#period = undefined;
      this.#latency = timings.latency;
    }
    this.#lastFrame = now;
  }

  /** Clears the frame rate when a stream ends. */
  clearFrames(): void {
    this.#lastFrame = undefined;
    write('frames', '');
  }

  addTimings(timings: Timings): void {
    const average = this.#average ? mix(this.#average, timings) : timings;
    this.#average = average;
    write('time', formatMilliseconds(average.total));
    write(
      'time-parts',
      `${formatMilliseconds(average.inference)} in the network, ${formatMilliseconds(average.preprocess)} to prepare the picture`,
    );
  }
}

function backendName({ name, adapter }: BackendDescription): string {
  if (name === 'reference') return 'Interpreter';
  if (name === 'wasm') return 'WebAssembly';
  return adapter?.isFallbackAdapter ? 'WebGPU (software adapter)' : 'WebGPU';
}

function adapterName({ name, adapter, simd, threads, ...reasons }: BackendDescription): string {
  const { threadsReason, proof, fallbackReason } = reasons;
  if (name === 'reference') return `Exact but slow. ${fallbackReason ?? ''}`;
  if (name === 'wasm') {
    const count = threads === 1 ? 'one thread' : `${threads} threads`;
    return `Runs on the CPU: ${count}, ${simd} SIMD. ${threadsReason ?? ''} ${fallbackReason ?? ''}`;
  }
  const words = [adapter?.vendor, adapter?.architecture, adapter?.description || adapter?.device];
  const named = words.filter((word) => word).join(' · ') || 'The browser does not report the GPU';
  return proof ? `${named}. ${proofText(proof)}` : named;
}

function proofText({ milliseconds, wasmMilliseconds }: GpuProof): string {
  if (milliseconds === undefined || wasmMilliseconds === undefined) return 'It computes the same as WebAssembly.';
  const times = `${formatMilliseconds(milliseconds)} per picture instead of ${formatMilliseconds(wasmMilliseconds)}`;
  return `It computes the same as WebAssembly, in ${times}.`;
}

function mix(average: Timings, newest: Timings): Timings {
  const part = (key: keyof Timings): number => average[key] + NEWEST_WEIGHT * (newest[key] - average[key]);
  return { preprocess: part('preprocess'), inference: part('inference'), total: part('total') };
}

function write(fact: string, text: string): void {
  byId(`fact-${fact}`, HTMLElement).textContent = text;
}
