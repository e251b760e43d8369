import { type ErrorCode, type ErrorDetails, HwgqError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { elementCount } from '../graph/shapes.ts';
import { type Work, workOf } from '../graph/work.ts';
import type { BackendName } from './runner.ts';

/**
 * The most that a network may take. A file of a few hundred bytes can describe a network that no machine finishes, and a
 * run cannot be stopped. The largest known classifiers need some 20 billion operations.
 */
const MAX_BILLIONS = 500;
/** The interpreter does some 100 million operations per second. */
const MAX_INTERPRETED_BILLIONS = 50;
/** The address space of WebAssembly, which no GPU buffer exceeds either. */
const MAX_MEGABYTES = 4096;
const MAX_INTERPRETED_MEGABYTES = 1024;
const MAX_CHANNELS = 2 ** 22;

/** The fewest bytes that a value takes: an input is an integer of 16 bits, a code may have one bit. */
const INPUT_BYTES = 2;
const CODE_BYTES = 1 / 8;
const INTERPRETED_BYTES = 8;

/**
 * Checks that a network can run in reasonable time and memory, before anything is planned or allocated.
 * @throws HwgqError `out-of-memory` or `unsupported`, with the figure and the limit.
 */
export function expectAffordable(graph: Graph, backend: BackendName | 'auto'): void {
  const work = workOf(graph);
  const isInterpreted = backend === 'reference';
  const bytes = isInterpreted
    ? interpretedBytes(work)
    : Math.max(elementCount(graph.input.shape) * INPUT_BYTES, work.values * CODE_BYTES);
  const megabytes = isInterpreted ? MAX_INTERPRETED_MEGABYTES : MAX_MEGABYTES;
  const billions = isInterpreted ? MAX_INTERPRETED_BILLIONS : MAX_BILLIONS;
  expectAtMost('out-of-memory', megabytes, bytes / 2 ** 20, 'MB of memory', { bytes });
  expectAtMost('unsupported', billions, work.operations / 1e9, 'billion operations per picture');
  expectAtMost('unsupported', MAX_CHANNELS, work.channels, 'channels');
}

function expectAtMost(code: ErrorCode, most: number, needed: number, unit: string, details?: ErrorDetails): void {
  if (needed <= most) return;
  throw new HwgqError(
    code,
    `The network needs ${Math.ceil(needed)} ${unit}; at most ${most} are possible here. Use a smaller network.`,
    details,
  );
}

/** Returns the bytes that the interpreter needs for the values of a network. */
export function interpretedBytes({ values }: Pick<Work, 'values'>): number {
  return values * INTERPRETED_BYTES;
}
