import { deflateSync, Inflate } from 'fflate';
import { HwgqError } from '../errors.ts';
import { PICTURE_KINDS } from './end-to-end/picture-kinds.ts';
import type { BenchmarkReport } from './report.ts';

/** Maximum size of an inflated report. Links come from untrusted sources. */
const MAX_BYTES = 4_000_000;
/** Compressed bytes per step. A slice inflates to 1 MB at most. */
const SLICE_BYTES = 1024;
const KEY = 'result=';

/** Encodes a report as the fragment of a URL. Browsers do not send fragments to servers. */
export function reportFragment(report: BenchmarkReport): string {
  const packed = deflateSync(new TextEncoder().encode(JSON.stringify(report)), { level: 9 });
  let text = '';
  for (const byte of packed) text += String.fromCharCode(byte);
  return `#${KEY}${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/**
 * Returns the report in the fragment of a URL, or undefined if it contains none.
 * @throws HwgqError `data-format` if the fragment is damaged.
 */
export function reportOfFragment(fragment: string): BenchmarkReport | undefined {
  const [, text] = fragment.split(KEY);
  if (text === undefined) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return parseReport(inflated(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
  } catch (error) {
    if (error instanceof HwgqError) throw error;
    throw refusal('The link is truncated or damaged', error);
  }
}

/**
 * Parses a report.
 * @throws HwgqError `data-format` if the text is not a report of this version.
 */
export function parseReport(json: string): BenchmarkReport {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw refusal('The text is not JSON', error);
  }
  if (!isReport(value)) throw refusal('This is not a result of this version of the benchmark');
  return value;
}

function isReport(value: unknown): value is BenchmarkReport {
  if (!isRecord(value) || value.format !== 'hwgq-benchmark' || value.version !== 3) return false;
  const { machine, endToEnd, results, profiles, tuning = [], firstLabels, downloads } = value;
  const kernel = { shape: 'string', variant: 'string', milliseconds: 'number?', failure: 'string?' } as const;
  return (
    hasTypes(value, { date: 'string', network: 'string', tuningFailure: 'string?' }) &&
    isRecord(machine) &&
    hasTypes(machine, {
      userAgent: 'string',
      cores: 'number',
      isIsolated: 'boolean',
      dotProduct: 'string?',
      gpu: 'string?',
    }) &&
    isListOf(endToEnd, isEndToEndResult) &&
    isListOf(results, isResult) &&
    isListOf(profiles, isModeProfile) &&
    isListOf(tuning, (timing) => hasTypes(timing, kernel)) &&
    isListOf(firstLabels, (label) =>
      hasTypes(label, { name: 'string', milliseconds: 'number?', failure: 'string?' }),
    ) &&
    isListOf(downloads, (size) => hasTypes(size, { name: 'string', libraryBytes: 'number', modelBytes: 'number' }))
  );
}

function isEndToEndResult(value: Record<string, unknown>): boolean {
  const { candidate, picture, time, parts } = value;
  return (
    hasTypes(value, { name: 'string', picture: 'string', failure: 'string?' }) &&
    Object.hasOwn(PICTURE_KINDS, picture as string) &&
    isCandidate(candidate) &&
    (time === undefined || isTimed(time)) &&
    (parts === undefined ||
      (isRecord(parts) && hasTypes(parts, { network: 'number', preprocess: 'number', overhead: 'number' })))
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

/** The type of a value. A question mark means that the value may be absent. */
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
    if (length > MAX_BYTES) throw refusal(`The result is larger than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: !isLast });
  });
  // One push inflates all of its input at once, so small slices limit how much memory a malicious link can use.
  for (let start = 0; start < packed.length; start += SLICE_BYTES) {
    inflate.push(packed.subarray(start, start + SLICE_BYTES), start + SLICE_BYTES >= packed.length);
  }
  return text;
}

function refusal(reason: string, cause?: unknown): HwgqError {
  const remedy = 'Copy it again with “Copy link” or “Copy JSON”.';
  return new HwgqError('data-format', `${reason}. ${remedy}`, {}, cause === undefined ? {} : { cause });
}
