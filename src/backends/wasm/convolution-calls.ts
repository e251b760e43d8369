import type { ChwShape } from '../../graph/shapes.ts';
import type { LevelTerm } from '../../plan/code-levels.ts';
import { LIMB_BITS } from '../../plan/limbs.ts';
import type {
  BinaryConvolution,
  Convolution,
  FloatConvolution,
  IntegerConvolution,
  PlanTensor,
} from '../../plan/plan.ts';
import type { KernelCall } from './calls.ts';
import { codeEpilogue, codesOnly, floatEpilogue, type ThresholdType } from './epilogues.ts';
import {
  blockCount,
  type ElementRun,
  type FilterShape,
  filterShape,
  LOOKUP_CHANNELS,
  layOutFloats,
  layOutLimbs,
  layOutSigns,
  limbBytes,
  REAL_CHANNELS,
  tablePairs,
} from './layout.ts';
import { doubleWords, type MemoryImage } from './memory-image.ts';
import type { TensorPlaces } from './tensor-places.ts';

/** Scratch memory that the rows of a band may take: little enough to stay in a core's own cache. */
const BAND_BYTES = 192 * 1024;
/** Output pixels whose sums a kernel makes together. */
const WINDOWS = 4;
/** Bytes of the tables of four channels. */
const TABLE_BYTES = 16;
/** The largest level that tables of bytes take. */
const LARGEST_LEVEL = 15;
const LARGEST_BYTE = 255;
const LARGEST_U16 = 65535;
const LARGEST_I16 = 32767;
/** Bytes of the sums of four windows of 32 channels, and of eight, of 32 and 64 bits. */
const LOOKUP_SUM_BYTES = WINDOWS * LOOKUP_CHANNELS * 2;
const REAL_SUM_BYTES = WINDOWS * REAL_CHANNELS * (4 + 8);
/** As in kernels/binary-convolution.ts. */
const LEAVING = { codes: 0, floats: 1, gatheredCodes: 2, gatheredFloats: 3 };

/** Rows of pixels in scratch memory. */
interface Band {
  readonly paddedWidth: number;
  readonly pixelBytes: number;
  /** Output rows at a time. */
  readonly rows: number;
  /** Input rows that they cover. */
  readonly coveredRows: number;
}

/** The call of a convolution over [pixel][channel] tensors. */
export function convolutionCall(
  step: Convolution,
  input: PlanTensor,
  output: ChwShape,
  image: MemoryImage,
  places: TensorPlaces,
): KernelCall {
  const shape = filterShape(step, input.shape, output);
  switch (step.kind) {
    case 'binaryConvolution':
      return binaryCall(step, input.shape, output, shape, image, places);
    case 'integerConvolution':
    case 'floatConvolution':
      return realCall(step, input.shape, output, shape, image, places);
  }
}

function binaryCall(
  step: BinaryConvolution,
  input: ChwShape,
  output: ChwShape,
  shape: FilterShape,
  image: MemoryImage,
  places: TensorPlaces,
): KernelCall {
  const pairs = tablePairs(shape.inputs);
  const pixelBytes = pairs * 2 * TABLE_BYTES;
  const blocks = blockCount(shape.outputs, LOOKUP_CHANNELS);
  const passes = passesOf(step, shape, pairs);
  const isGathered = passes.length > 1 || largestSum(step, shape) > LARGEST_I16;
  const gatheredRowBytes = isGathered ? output.width * blocks * LOOKUP_CHANNELS * 8 : 0;
  const band = bandOf(step, input, output, pixelBytes, gatheredRowBytes);
  const rowBytes = band.paddedWidth * pixelBytes;
  const runs = elementRuns(step, band);
  const passWords = passes.flatMap((pass) => passWordsOf(pass, runs, pairs, image));
  const blockBytes = shape.taps * pairs * 2 * LOOKUP_CHANNELS;
  const weights = image.table(shape.groups * blocks * blockBytes, (table) => layOutSigns(table, step.signs, shape));
  const levelSums = band.coveredRows * rowBytes + 64;
  const blockSums = levelSums + band.coveredRows * band.paddedWidth * 4;
  const gathered = Math.ceil((blockSums + LOOKUP_SUM_BYTES) / 16) * 16;
  const { leaving, epilogue } = leavingOf(step, isGathered, blocks * LOOKUP_CHANNELS, output, image, places);
  const isSplitByBlocks = splitsByBlocks(step, output);
  return {
    kernel: 'binaryConvolution',
    units: isSplitByBlocks ? blocks : output.height * output.width,
    grain: isSplitByBlocks ? 1 : WINDOWS,
    scratchBytes: gathered + band.rows * gatheredRowBytes,
    parameters: image.words([
      ...geometryWords(step, input, output, shape, band, image, places, {
        runs: [],
        weights,
        blockBytes,
        blocks,
        epilogue,
      }),
      ...[image.words(passWords), passes.length, leaving, isSplitByBlocks ? 1 : 0, levelSums, blockSums, gathered],
    ]),
  };
}

function leavingOf(
  { epilogue, output: id }: Convolution,
  isGathered: boolean,
  blockChannels: number,
  output: ChwShape,
  image: MemoryImage,
  places: TensorPlaces,
): { leaving: number; epilogue: number } {
  const channels = output.channels + blockChannels;
  if (epilogue.kind === 'codes') {
    const type: ThresholdType = isGathered ? 'f64' : 'i16';
    const words = codeEpilogue(epilogue, places.at(id), channels, type, image);
    return { leaving: isGathered ? LEAVING.gatheredCodes : LEAVING.codes, epilogue: words };
  }
  const words = floatEpilogue(epilogue, id, channels, image, places);
  return { leaving: isGathered ? LEAVING.gatheredFloats : LEAVING.floats, epilogue: words };
}

/** One way of reading codes over some of the window's table pairs, counted through all taps. */
interface BinaryPass {
  readonly weight: number;
  /** What each of sixteen codes counts. */
  readonly levels: Int8Array;
  readonly bias: number;
  readonly firstPair: number;
  readonly endPair: number;
  readonly subtractsLevels: boolean;
}

function passesOf({ levels }: BinaryConvolution, shape: FilterShape, pairs: number): BinaryPass[] {
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

/** Levels as numbers that fit tables of bytes: all at once where they do, else one reading for each term. */
function readingsOf(terms: readonly LevelTerm[]): { weight: number; counts: Int8Array }[] {
  const sum = (codes: number, counted: readonly LevelTerm[]) =>
    counted.reduce((total, term) => ((term.planes & ~codes) === 0 ? total + weightOf(term) : total), 0);
  const levels = Array.from({ length: 16 }, (_, code) => sum(code, terms));
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

/** How many planes the terms speak of. */
function planeCount(terms: readonly LevelTerm[]): number {
  return 32 - Math.clz32(terms.reduce((all, { planes }) => all | planes, 0));
}

function weightOf({ limbs }: LevelTerm): number {
  return limbs.reduce((sum, limb, place) => sum + limb * 2 ** (LIMB_BITS * place), 0);
}

function largestSum({ levels }: BinaryConvolution, shape: FilterShape): number {
  return shape.taps * shape.inputs * levels.largest;
}

/** A pass in the order of kernels/binary-convolution.ts. */
function passWordsOf(pass: BinaryPass, runs: readonly ElementRun[], pairs: number, image: MemoryImage): number[] {
  const { weight, levels, bias, firstPair, endPair, subtractsLevels } = pass;
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
  return [
    ...doubleWords(weight),
    ...[image.data(levels), bias, 2 * bias * 2 * (endPair - firstPair)],
    ...[image.words(pieces), pieces.length / 2, firstPair * 2 * LOOKUP_CHANNELS, subtractsLevels ? 1 : 0],
  ];
}

/** A range as pieces of about the same length, at most `most`. */
function evenPieces(start: number, end: number, most: number): [from: number, to: number][] {
  const length = Math.max(0, end - start);
  const count = Math.ceil(length / most);
  return Array.from({ length: count }, (_, index) => [
    start + Math.floor((index * length) / count),
    start + Math.floor(((index + 1) * length) / count),
  ]);
}

function realCall(
  step: IntegerConvolution | FloatConvolution,
  input: ChwShape,
  output: ChwShape,
  shape: FilterShape,
  image: MemoryImage,
  places: TensorPlaces,
): KernelCall {
  const isInteger = step.kind === 'integerConvolution';
  const elementBytes = isInteger ? 2 : 4;
  const band = bandOf(step, input, output, shape.inputs * elementBytes, 0);
  const runs = elementRuns(step, band);
  const blocks = blockCount(shape.outputs, REAL_CHANNELS);
  const limbs = isInteger ? step.weights.limbs.length : 1;
  const bytesOfLimb = isInteger ? limbBytes(runs, shape.inputs) : shape.taps * shape.inputs * REAL_CHANNELS * 4;
  const blockBytes = limbs * bytesOfLimb;
  const weights = image.table(shape.groups * blocks * blockBytes, ({ buffer, byteOffset, byteLength }) => {
    if (isInteger) layOutLimbs(new Int16Array(buffer, byteOffset, byteLength / 2), step.weights, shape, runs);
    else layOutFloats(new Float32Array(buffer, byteOffset, byteLength / 4), step.weights, shape, runs);
  });
  const makesCodes = isInteger && step.epilogue.kind === 'codes';
  const channels = output.channels + blocks * REAL_CHANNELS;
  const epilogue =
    step.epilogue.kind === 'floats'
      ? floatEpilogue(step.epilogue, step.output, channels, image, places)
      : isInteger
        ? codeEpilogue(step.epilogue, places.at(step.output), channels, limbs === 1 ? 'i32' : 'f64', image)
        : floatEpilogue(
            codesOnly(step, new Int8Array(output.channels).fill(1), step.epilogue),
            step.output,
            channels,
            image,
            places,
          );
  const isSplitByBlocks = splitsByBlocks(step, output);
  const blockSums = Math.ceil((band.coveredRows * band.paddedWidth * band.pixelBytes + 64) / 16) * 16;
  const elementsOf = (taps: number) => (isInteger ? Math.ceil((taps * shape.inputs) / 2) : taps * shape.inputs);
  return {
    kernel: step.kind,
    units: isSplitByBlocks ? blocks : output.height * output.width,
    grain: isSplitByBlocks ? 1 : WINDOWS,
    scratchBytes: blockSums + REAL_SUM_BYTES,
    parameters: image.words([
      ...geometryWords(step, input, output, shape, band, image, places, {
        runs: runs.flatMap(({ offset, taps }) => [offset, elementsOf(taps)]),
        weights,
        blockBytes,
        blocks,
        epilogue,
      }),
      ...[elementBytes, limbs, bytesOfLimb, makesCodes ? 1 : 0, isSplitByBlocks ? 1 : 0, blockSums],
    ]),
  };
}

/** One output pixel is too little to share out. */
function splitsByBlocks({ group }: Convolution, { height, width }: ChwShape): boolean {
  return group === 1 && height * width === 1;
}

function bandOf(
  { kernel, stride, pad, dilation }: Convolution,
  input: ChwShape,
  output: ChwShape,
  pixelBytes: number,
  extraRowBytes: number,
): Band {
  const reach = (output.width - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  const paddedWidth = Math.max(reach, pad[1] + Math.min(input.width, reach - pad[1]));
  const coveredBy = (rows: number) => (rows - 1) * stride[0] + (kernel[0] - 1) * dilation[0] + 1;
  let rows = output.height;
  const bytes = () => coveredBy(rows) * paddedWidth * pixelBytes + rows * extraRowBytes;
  while (rows > 1 && bytes() > BAND_BYTES) rows--;
  return { paddedWidth, pixelBytes, rows, coveredRows: coveredBy(rows) };
}

/** What a window reads: a run for each row of taps, or for each tap where they are spread. */
function elementRuns({ kernel, dilation }: Convolution, { paddedWidth, pixelBytes }: Band): ElementRun[] {
  const [height, width] = kernel;
  const isSpread = dilation[1] > 1 && width > 1;
  const perRow = isSpread ? width : 1;
  return Array.from({ length: height * perRow }, (_, index) => {
    const [row, column] = [Math.floor(index / perRow), index % perRow];
    return {
      offset: (row * dilation[0] * paddedWidth + column * dilation[1]) * pixelBytes,
      firstTap: row * width + column,
      taps: width / perRow,
    };
  });
}

/** A geometry in the order of kernels/geometry.ts. */
function geometryWords(
  { input: id, kernel, stride, pad, dilation }: Convolution,
  input: ChwShape,
  output: ChwShape,
  { groups, inputs, outputs }: FilterShape,
  { paddedWidth, pixelBytes, rows }: Band,
  image: MemoryImage,
  places: TensorPlaces,
  rest: { runs: number[]; weights: number; blockBytes: number; blocks: number; epilogue: number },
): number[] {
  const { address, stride: inputStride } = places.at(id);
  return [
    ...[address, inputStride, input.height, input.width, output.height, output.width],
    ...[...kernel, ...stride, ...pad, ...dilation],
    ...[groups, inputs, outputs, paddedWidth, pixelBytes, rows],
    ...[image.words(rest.runs), rest.runs.length / 2, rest.weights, rest.blockBytes, rest.blocks, rest.epilogue],
  ];
}
