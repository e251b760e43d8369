import { deflateSync, Inflate } from 'fflate';
import { HwgqError } from '../errors.ts';
import type { BenchmarkReport } from './report.ts';

/** A report inflates to at most this: a link may be anybody's. */
const MOST_BYTES = 4_000_000;
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
  if (!isRecord(value) || value.format !== 'hwgq-benchmark' || value.version !== 1) return false;
  const { date, network, machine, results, examinations, firstLabels, downloads } = value;
  return (
    typeof date === 'string' &&
    typeof network === 'string' &&
    isRecord(machine) &&
    hasTypes(machine, { userAgent: 'string', cores: 'number' }) &&
    isListOf(results, (result) => hasTypes(result, { name: 'string' }) && isTimed(result.latency)) &&
    isListOf(examinations, isExamination) &&
    isListOf(firstLabels, (label) => hasTypes(label, { name: 'string', milliseconds: 'number' })) &&
    isListOf(downloads, (size) => hasTypes(size, { name: 'string', libraryBytes: 'number', modelBytes: 'number' }))
  );
}

function isTimed(latency: unknown): boolean {
  const numbers = { median: 'number', p5: 'number', p95: 'number', best: 'number', count: 'number' } as const;
  return latency === undefined || (isRecord(latency) && hasTypes(latency, numbers));
}

function isExamination(value: Record<string, unknown>): boolean {
  const { name, throughput, layers } = value;
  if (typeof name !== 'string') return false;
  if (!isListOf(throughput, (row) => hasTypes(row, { count: 'number', imagesPerSecond: 'number' }))) return false;
  if (layers === undefined) return true;
  const step = { layer: 'string', kind: 'string', multiplyAdds: 'number', planes: 'number', bytes: 'number' } as const;
  return (
    isRecord(layers) &&
    isRecord(layers.peaks) &&
    hasTypes(layers.peaks, { binary: 'number', bandwidth: 'number' }) &&
    isListOf(layers.steps, (row) => hasTypes(row, { ...step, milliseconds: 'number' }))
  );
}

function hasTypes(value: Record<string, unknown>, types: Readonly<Record<string, 'string' | 'number'>>): boolean {
  return Object.entries(types).every(([key, type]) => typeof value[key] === type);
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
  inflate.push(packed, true);
  return text;
}

function refusal(reason: string, cause?: unknown): HwgqError {
  const remedy = 'Copy the link or the JSON again, from “Copy link” or “Copy JSON”.';
  return new HwgqError('data-format', `${reason}. ${remedy}`, {}, cause === undefined ? {} : { cause });
}
