import type { BackendDescription, ClassifierInfo, Timings } from '../client/index.ts';
import { byId } from './dom.ts';
import { formatBytes, formatMilliseconds } from './format.ts';

/** Weight of the newest time in the running average: figures that people can read while frames arrive. */
const NEWEST_WEIGHT = 0.15;

/** What runs where, how fast, and how much smaller than its float original. */
export class RunFacts {
  #average: Timings | undefined;

  /** Shows a model; its times start anew. */
  reset({ backend, bytes, floatBytes }: ClassifierInfo): void {
    this.#average = undefined;
    write('backend', backendName(backend));
    write('adapter', adapterName(backend));
    write('time', '…');
    write('time-parts', 'Not measured yet');
    write('size', formatBytes(bytes));
    const ratio = floatBytes / bytes;
    write(
      'ratio',
      `${ratio.toFixed(ratio < 10 ? 1 : 0)} times smaller than the ${formatBytes(floatBytes)} of 32-bit numbers`,
    );
  }

  keptForOffline(): void {
    write('offline', 'The model comes to the picture. This page is kept on this device, and opens without a network.');
  }

  addTimings(timings: Timings): void {
    const average = this.#average ? mix(this.#average, timings) : timings;
    this.#average = average;
    write('time', formatMilliseconds(average.total));
    write(
      'time-parts',
      `${formatMilliseconds(average.inference)} in the network, ${formatMilliseconds(average.preprocess)} for preparing the picture`,
    );
  }
}

function backendName({ name, adapter }: BackendDescription): string {
  if (name === 'reference') return 'Interpreter';
  if (name === 'wasm') return 'WebAssembly';
  return adapter?.isFallbackAdapter ? 'WebGPU, in software' : 'WebGPU';
}

function adapterName({ name, adapter, simd, threads, fallbackReason }: BackendDescription): string {
  if (name === 'reference') return `Exact, and slow. ${fallbackReason ?? ''}`;
  if (name === 'wasm') {
    return `On the processor, ${threads === 1 ? 'one thread' : `${threads} threads`}, ${simd} SIMD. ${fallbackReason ?? ''}`;
  }
  const words = [adapter?.vendor, adapter?.architecture, adapter?.description || adapter?.device];
  const named = words.filter((word) => word).join(' · ');
  return named || 'The browser does not say which graphics chip';
}

function mix(average: Timings, newest: Timings): Timings {
  const part = (key: keyof Timings): number => average[key] + NEWEST_WEIGHT * (newest[key] - average[key]);
  return { preprocess: part('preprocess'), inference: part('inference'), total: part('total') };
}

function write(fact: string, text: string): void {
  byId(`fact-${fact}`, HTMLElement).textContent = text;
}
