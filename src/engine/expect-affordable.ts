import { HwgqError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { elementCount } from '../graph/shapes.ts';
import { type Work, workOf } from '../graph/work.ts';
import type { BackendName } from './runner.ts';

/**
 * The most that a network may take. A file of a few hundred bytes can describe a network that no machine finishes, and a
 * run cannot be stopped. The largest known classifiers need some 20 billion operations.
 */
const MAX_OPERATIONS = 500e9;
/** The interpreter does some 100 million operations per second. */
const MAX_INTERPRETED_OPERATIONS = 50e9;
/** The address space of WebAssembly, which no GPU buffer exceeds either. */
const MAX_BYTES = 2 ** 32;
const MAX_INTERPRETED_BYTES = 2 ** 30;
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
  const maxBytes = isInterpreted ? MAX_INTERPRETED_BYTES : MAX_BYTES;
  if (bytes > maxBytes) {
    throw new HwgqError(
      'out-of-memory',
      `The values of the network take at least ${toMegabytes(bytes)} MB; at most ${toMegabytes(maxBytes)} MB are possible on ${nameOf(backend)}. Use a smaller network.`,
      { bytes },
    );
  }
  const most = isInterpreted ? MAX_INTERPRETED_OPERATIONS : MAX_OPERATIONS;
  if (work.operations > most) {
    throw new HwgqError(
      'unsupported',
      `The network needs ${toBillions(work.operations)} billion operations per picture; at most ${toBillions(most)} billion are accepted on ${nameOf(backend)}. Use a smaller network.`,
      { operations: work.operations },
    );
  }
  if (work.channels > MAX_CHANNELS) {
    throw new HwgqError(
      'unsupported',
      `The layers of the network have ${work.channels} channels together; at most ${MAX_CHANNELS} are accepted. Use a smaller network.`,
      { channels: work.channels },
    );
  }
}

/** Returns the bytes that the interpreter needs for the values of a network. */
export function interpretedBytes({ values }: Pick<Work, 'values'>): number {
  return values * INTERPRETED_BYTES;
}

function nameOf(backend: BackendName | 'auto'): string {
  return backend === 'auto' ? 'any backend' : `the backend '${backend}'`;
}

function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

function toBillions(count: number): number {
  return Math.ceil(count / 1e9);
}
