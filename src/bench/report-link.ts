import { deflateSync, Inflate } from 'fflate';
import { HwgqError } from '../errors.ts';
import type { BenchmarkReport } from './report.ts';

/** A report inflates to at most this: a link may be anybody's. */
const MOST_BYTES = 4_000_000;
/** Inflates to a megabyte at the most. */
const SLICE_BYTES = 1024;
const KEY = 'result=';

/** A report as the fragment of an address; nothing of a fragment is sent to a server. */
export function reportFragment(report: BenchmarkReport): string {
  const packed = deflateSync(new TextEncoder().encode(JSON.stringify(report)), { level: 9 });
  let text = '';
  for (const byte of packed) text += String.fromCharCode(byte);
  return `#${KEY}${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/**
 * The report in an address's fragment; undefined where it has none.
 * @throws HwgqError `data-format` where the fragment is damaged.
 */
export function reportOfFragment(fragment: string): BenchmarkReport | undefined {
  const [, text] = fragment.split(KEY);
  if (text === undefined) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return parseReport(inflated(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
  } catch (error) {
    if (error instanceof HwgqError) throw error;
    throw refusal('The address is cut short or damaged', error);
  }
}

/**
 * A report from JSON.
 * @throws HwgqError `data-format` where it is none, or one of a later version.
 */
export function parseReport(json: string): BenchmarkReport {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw refusal('This is no JSON', error);
  }
  if (!isReport(value)) throw refusal('This is no result of this benchmark, or one of a later version');
  return value;
}

function isReport(value: unknown): value is BenchmarkReport {
  if (!isRecord(value) || value.format !== 'hwgq-benchmark' || value.version !== 2) return false;
  const { machine, results, profiles, tuning = [], firstLabels, downloads } = value;
  const kernel = { shape: 'string', variant: 'string', milliseconds: 'number?', failure: 'string?' } as const;
  return (
    hasTypes(value, { date: 'string', network: 'string', tuningFailure: 'string?' }) &&
    isRecord(machine) &&
    hasTypes(machine, { userAgent: 'string', cores: 'number', isIsolated: 'boolean', gpu: 'string?' }) &&
    isListOf(results, isResult) &&
    isListOf(profiles, isModeProfile) &&
    isListOf(tuning, (timing) => hasTypes(timing, kernel)) &&
    isListOf(firstLabels, (label) =>
      hasTypes(label, { name: 'string', milliseconds: 'number?', failure: 'string?' }),
    ) &&
    isListOf(downloads, (size) => hasTypes(size, { name: 'string', libraryBytes: 'number', modelBytes: 'number' }))
  );
}

function isResult(value: Record<string, unknown>): boolean {
  const { candidate, started, latency } = value;
  return (
    hasTypes(value, { name: 'string', failure: 'string?' }) &&
    isCandidate(candidate) &&
    (started === undefined || isStarted(started)) &&
    (latency === undefined || isTimed(latency))
  );
}

function isCandidate(value: unknown): boolean {
  const types = { engine: 'string', backend: 'string', form: 'string?', simd: 'string?', threads: 'number?' } as const;
  return isRecord(value) && hasTypes(value, types);
}

function isStarted(value: unknown): boolean {
  const numbers = { startMilliseconds: 'number', firstRunMilliseconds: 'number', label: 'number' } as const;
  return (
    isRecord(value) &&
    hasTypes(value, { machine: 'string', ...numbers }) &&
    isRecord(value.liveBytes) &&
    hasTypes(value.liveBytes, { wasm: 'number', gpu: 'number' })
  );
}

function isTimed(latency: unknown): boolean {
  const numbers = { median: 'number', p5: 'number', p95: 'number', best: 'number', count: 'number' } as const;
  return isRecord(latency) && hasTypes(latency, numbers);
}

function isModeProfile(value: Record<string, unknown>): boolean {
  const { candidate, throughput, layers } = value;
  return (
    hasTypes(value, { name: 'string', failure: 'string?' }) &&
    isCandidate(candidate) &&
    isListOf(throughput, (row) => hasTypes(row, { count: 'number', imagesPerSecond: 'number' })) &&
    (layers === undefined || isLayerProfile(layers))
  );
}

function isLayerProfile(value: unknown): boolean {
  const numbers = { multiplyAdds: 'number', planes: 'number', bytes: 'number', milliseconds: 'number' } as const;
  return (
    isRecord(value) &&
    isRecord(value.peaks) &&
    hasTypes(value.peaks, { binary: 'number', integer: 'number', bandwidth: 'number' }) &&
    isListOf(value.steps, (row) => hasTypes(row, { layer: 'string', kind: 'string', variant: 'string?', ...numbers }))
  );
}

/** With a question mark a value may be absent. */
type ValueType = 'string' | 'number' | 'boolean' | 'string?' | 'number?';

function hasTypes(value: Record<string, unknown>, types: Readonly<Record<string, ValueType>>): boolean {
  return Object.entries(types).every(([key, type]) =>
    type.endsWith('?') ? value[key] === undefined || `${typeof value[key]}?` === type : typeof value[key] === type,
  );
}

function isListOf(value: unknown, check: (item: Record<string, unknown>) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isRecord(item) && check(item));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inflated(packed: Uint8Array): string {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  const inflate = new Inflate((chunk, isLast) => {
    length += chunk.length;
    if (length > MOST_BYTES) throw refusal(`The result is larger than ${MOST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: !isLast });
  });
  // What one push inflates comes at once: little of it at a time, nothing much can come of a link that inflates to much.
  for (let start = 0; start < packed.length; start += SLICE_BYTES) {
    inflate.push(packed.subarray(start, start + SLICE_BYTES), start + SLICE_BYTES >= packed.length);
  }
  return text;
}

function refusal(reason: string, cause?: unknown): HwgqError {
  const remedy = 'Copy the link or the JSON again, from “Copy link” or “Copy JSON”.';
  return new HwgqError('data-format', `${reason}. ${remedy}`, {}, cause === undefined ? {} : { cause });
}
