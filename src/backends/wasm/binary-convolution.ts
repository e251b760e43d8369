import type { ChwShape } from '../../graph/shapes.ts';
import type { LevelTerm } from '../../plan/code-levels.ts';
import { LIMB_BITS } from '../../plan/limbs.ts';
import type { BinaryConvolution } from '../../plan/plan.ts';
import { bandOf, elementRuns, geometryOf, isSplitByBlocks } from './convolution-geometry.ts';
import { codeEpilogue, floatEpilogue } from './epilogues.ts';
import { addStruct, addStructs, BINARY_CONVOLUTION, PASS, type StructValues } from './kernel-structs.ts';
import { CODES, FLOATS, LOOKUP_CHANNELS, TABLE_BYTES, WIDE_CODES, WIDE_FLOATS, WINDOWS } from './kernels/constants.ts';
import type { MemoryLayout } from './memory-layout.ts';
import { blockCount, type ElementRun, type FilterShape, filterShape, tablePairs } from './pack-weights.ts';
import type { KernelCall } from './program.ts';
import type { TensorLocations } from './tensor-locations.ts';

/** Largest magnitude of a level that tables of bytes can hold. */
const LARGEST_LEVEL = 15;
const LARGEST_BYTE = 255;
const LARGEST_U16 = 65535;
const LARGEST_I16 = 32767;
/** Bytes of the 16-bit sums of a block. */
const SUM_BYTES = WINDOWS * LOOKUP_CHANNELS * 2;

/** Returns the call of a convolution of codes with 1-bit weights. */
export function binaryConvolutionCall(
  step: BinaryConvolution,
  input: ChwShape,
  output: ChwShape,
  layout: MemoryLayout,
  locations: TensorLocations,
): KernelCall {
  const shape = filterShape(step, input, output);
  const pairs = tablePairs(shape.inputs);
  const pixelBytes = pairs * 2 * TABLE_BYTES;
  const blocks = blockCount(shape.outputs, LOOKUP_CHANNELS);
  const passes = passesOf(step, shape, pairs);
  const isWide = passes.length > 1 || largestSum(step, shape) > LARGEST_I16;
  const wideRowBytes = isWide ? output.width * blocks * LOOKUP_CHANNELS * 8 : 0;
  const band = bandOf(step, input, output, pixelBytes, wideRowBytes);
  const runs = elementRuns(step, band);
  const blockBytes = shape.taps * pairs * 2 * LOOKUP_CHANNELS;
  const levelSums = band.coveredRows * band.paddedWidth * pixelBytes + 64;
  const blockSums = levelSums + band.coveredRows * band.paddedWidth * 4;
  const wideSums = Math.ceil((blockSums + SUM_BYTES) / 16) * 16;
  const units = isSplitByBlocks(step, output) ? blocks : output.height * output.width;
  return {
    kernel: 'binaryConvolution',
    units,
    grainSize: isSplitByBlocks(step, output) ? 1 : WINDOWS,
    scratchBytes: wideSums + band.rows * wideRowBytes,
    parameters: addStruct(layout, BINARY_CONVOLUTION, {
      ...geometryOf(step, input, output, shape, band, locations.of(step.input)),
      // Each pass has its own runs.
      runs: 0,
      runCount: 0,
      weights: layout.packedSigns(step.signs, shape),
      blockBytes,
      blocks,
      ...outputOf(step, isWide, output.channels + blocks * LOOKUP_CHANNELS, layout, locations),
      passes: addStructs(
        layout,
        PASS,
        passes.map((pass) => passStruct(pass, runs, pairs, layout)),
      ),
      passCount: passes.length,
      levelSums,
      blockSums,
      wideSums,
    }),
  };
}

/** Adds the epilogue with tables of `columns` columns. */
function outputOf(
  { epilogue, output }: BinaryConvolution,
  isWide: boolean,
  columns: number,
  layout: MemoryLayout,
  locations: TensorLocations,
): { outputKind: number; epilogue: number } {
  if (epilogue.kind === 'codes') {
    return {
      outputKind: isWide ? WIDE_CODES : CODES,
      epilogue: codeEpilogue(epilogue, locations.of(output), columns, isWide ? 'f64' : 'i16', layout),
    };
  }
  return {
    outputKind: isWide ? WIDE_FLOATS : FLOATS,
    epilogue: floatEpilogue(epilogue, output, columns, layout, locations),
  };
}

/** A pass over the input: one reading of the codes, over some of the window's table pairs, counted through all taps. */
interface Pass {
  readonly weight: number;
  /** The level of each of sixteen codes in this pass. */
  readonly levels: Int8Array;
  readonly bias: number;
  readonly firstPair: number;
  readonly endPair: number;
  readonly subtractsLevels: boolean;
}

/** Returns the passes: one per reading, or several if its sums exceed 16 bits. */
function passesOf({ levels }: BinaryConvolution, shape: FilterShape, pairs: number): Pass[] {
  const all = shape.taps * pairs;
  return readingsOf(levels.terms).flatMap(({ weight, counts }) => {
    const largest = Math.max(...counts.map(Math.abs));
    const bias = counts.some((count) => count < 0) ? 4 * largest : 0;
    const most = Math.floor(LARGEST_U16 / (4 * largest + bias) / 2);
    return Array.from({ length: Math.ceil(all / most) }, (_, part) => ({
      weight,
      levels: counts,
      bias,
      firstPair: part * most,
      endPair: Math.min(all, (part + 1) * most),
      subtractsLevels: part === 0,
    }));
  });
}

/** Returns the readings of the codes: one for the levels if they fit in tables of bytes, or else one for each term. */
function readingsOf(terms: readonly LevelTerm[]): { weight: number; counts: Int8Array }[] {
  const levels = Array.from({ length: 16 }, (_, code) =>
    terms.reduce((level, term) => ((term.planes & ~code) === 0 ? level + weightOf(term) : level), 0),
  );
  const used = levels.filter((_, code) => code < 2 ** planeCount(terms));
  if (used.every((level) => Math.abs(level) <= LARGEST_LEVEL)) {
    const counts = Int8Array.from(levels, (level) => (Math.abs(level) <= LARGEST_LEVEL ? level : 0));
    return [{ weight: 1, counts }];
  }
  return terms.map((term) => ({
    weight: weightOf(term),
    counts: Int8Array.from(levels, (_, code) => ((term.planes & ~code) === 0 ? 1 : 0)),
  }));
}

/** Returns how many bit planes the terms use. */
function planeCount(terms: readonly LevelTerm[]): number {
  return 32 - Math.clz32(terms.reduce((all, { planes }) => all | planes, 0));
}

function weightOf({ limbs }: LevelTerm): number {
  return limbs.reduce((sum, limb, index) => sum + limb * 2 ** (LIMB_BITS * index), 0);
}

function largestSum({ levels }: BinaryConvolution, shape: FilterShape): number {
  return shape.taps * shape.inputs * levels.largest;
}

/** Returns the struct of a pass. Its runs are split into pieces whose sums fit in bytes. */
function passStruct(
  { weight, levels, bias, firstPair, endPair, subtractsLevels }: Pass,
  runs: readonly ElementRun[],
  pairs: number,
  layout: MemoryLayout,
): StructValues<typeof PASS> {
  const largest = Math.max(...levels.map(Math.abs));
  const most = Math.floor(LARGEST_BYTE / (4 * largest + bias) / 2);
  const pieces: number[] = [];
  for (const { offset, firstTap, taps } of runs) {
    const start = Math.max(firstPair, firstTap * pairs);
    const end = Math.min(endPair, (firstTap + taps) * pairs);
    for (const [from, to] of evenPieces(start, end, most)) {
      pieces.push(offset + (from - firstTap * pairs) * 2 * TABLE_BYTES, to - from);
    }
  }
  return {
    weight,
    levels: layout.data(levels),
    bias,
    biasSum: 2 * bias * 2 * (endPair - firstPair),
    runs: layout.words(pieces),
    runCount: pieces.length / 2,
    weights: firstPair * 2 * LOOKUP_CHANNELS,
    subtractsLevels,
  };
}

/** Splits a range into pieces of about the same length, at most `most` each. */
function evenPieces(start: number, end: number, most: number): [from: number, to: number][] {
  const length = Math.max(0, end - start);
  const count = Math.ceil(length / most);
  return Array.from({ length: count }, (_, index) => [
    start + Math.floor((index * length) / count),
    start + Math.floor(((index + 1) * length) / count),
  ]);
}
