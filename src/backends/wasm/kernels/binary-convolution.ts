import { CodeEpilogue, FloatEpilogue, finishCode64, finishCodes16, finishFloats } from './epilogue';
import { Geometry, windowStart } from './geometry';
import { LOOKUP_CHANNELS, SUM_BYTES, sumFour, sumOne } from './lookup';
import { makeTables } from './tables';

/** How sums leave: as codes by 16-bit thresholds, or as floats; or as codes or floats of sums gathered over passes. */
const CODES = 0;
const FLOATS = 1;
const GATHERED_CODES = 2;

@unmanaged
class BinaryConvolution extends Geometry {
  passes: usize = 0;
  passCount: i32 = 0;
  leaving: i32 = 0;
  /** Whether work is shared out by blocks of output channels, there being one output pixel, not by pixels. */
  isSplitByBlocks: i32 = 0;
  /** Where in scratch memory the levels' sums, the block's sums and the gathered sums begin. */
  levelSums: i32 = 0;
  blockSums: i32 = 0;
  gathered: i32 = 0;
}

/** One way of reading the codes: as levels that fit bytes, or as one term of the levels' sum over part of the window. */
@unmanaged
class Pass {
  weight: f64 = 0;
  /** Sixteen bytes: what each code counts. */
  levels: usize = 0;
  /** What makes these tables' entries positive, and what it adds to twice the sum of a window. */
  bias: i32 = 0;
  biasSum: i32 = 0;
  runs: usize = 0;
  runCount: i32 = 0;
  /** Where this pass's weights begin in a block. */
  weights: i32 = 0;
  /** Whether the sum of the window's levels is subtracted in this pass. */
  subtractsLevels: i32 = 0;
}

const PASS_BYTES: usize = offsetof<Pass>();

/** Output pixels, or blocks of channels, from `first` to before `end`. Scratch memory is the calling thread's own. */
export function binaryConvolution(parameters: usize, scratch: usize, first: i32, end: i32): void {
  const shape = changetype<BinaryConvolution>(parameters);
  const firstBlock = shape.isSplitByBlocks ? first : 0;
  const endBlock = shape.isSplitByBlocks ? end : shape.blocks;
  const firstPixel = shape.isSplitByBlocks ? 0 : first;
  const endPixel = shape.isSplitByBlocks ? 1 : end;
  for (let group = 0; group < shape.groups; group++) {
    let pixel = firstPixel;
    while (pixel < endPixel) {
      const row = pixel / shape.outputWidth;
      const rows = min(shape.bandRows, (endPixel - 1) / shape.outputWidth - row + 1);
      const bandEnd = min(endPixel, (row + rows) * shape.outputWidth);
      convolveBand(shape, group, scratch, pixel, bandEnd, row, rows, firstBlock, endBlock);
      pixel = bandEnd;
    }
  }
}

function convolveBand(
  shape: BinaryConvolution,
  group: i32,
  scratch: usize,
  first: i32,
  end: i32,
  row: i32,
  rows: i32,
  firstBlock: i32,
  endBlock: i32,
): void {
  const levelSums = scratch + shape.levelSums;
  const sums = scratch + shape.blockSums;
  const isGathered = shape.leaving >= GATHERED_CODES;
  for (let index = 0; index < shape.passCount; index++) {
    const pass = changetype<Pass>(shape.passes + <usize>index * PASS_BYTES);
    makeTables(shape, group, pass.levels, pass.bias, scratch, levelSums, row, rows);
    for (let pixel = first; pixel < end; pixel += 4) {
      const last = end - 1;
      const window0 = windowStart(shape, scratch, pixel, row);
      const window1 = windowStart(shape, scratch, min(pixel + 1, last), row);
      const window2 = windowStart(shape, scratch, min(pixel + 2, last), row);
      const window3 = windowStart(shape, scratch, min(pixel + 3, last), row);
      const count = min(4, end - pixel);
      const levels0 = subtracted(shape, pass, scratch, levelSums, window0);
      const levels1 = subtracted(shape, pass, scratch, levelSums, window1);
      const levels2 = subtracted(shape, pass, scratch, levelSums, window2);
      const levels3 = subtracted(shape, pass, scratch, levelSums, window3);
      for (let block = firstBlock; block < endBlock; block++) {
        const weights = shape.weights + <usize>((group * shape.blocks + block) * shape.blockBytes + pass.weights);
        if (count > 1) {
          sumFour(pass.runs, pass.runCount, weights, window0, window1, window2, window3, sums);
        } else {
          sumOne(pass.runs, pass.runCount, weights, window0, sums);
        }
        const channel = block * LOOKUP_CHANNELS;
        for (let place = 0; place < count; place++) {
          const levels = place === 0 ? levels0 : place === 1 ? levels1 : place === 2 ? levels2 : levels3;
          const at = sums + <usize>(place * SUM_BYTES);
          if (isGathered) gather(shape, pass, scratch, at, levels, pixel + place - first, channel, index === 0);
          else finish(shape, at, levels, pixel + place, group * shape.outputChannels + channel);
        }
      }
    }
  }
  if (isGathered) finishGathered(shape, group, scratch, first, end, firstBlock, endBlock);
}

/** What is taken from twice the sum of + weights: the window's levels and the tables' biases. */
function subtracted(shape: BinaryConvolution, pass: Pass, tables: usize, levelSums: usize, window: usize): i32 {
  let sum = pass.biasSum;
  if (!pass.subtractsLevels) return sum;
  const start = <i32>(window - tables) / shape.pixelBytes;
  for (let row = 0; row < shape.kernelHeight; row++) {
    const from = start + row * shape.dilationY * shape.paddedWidth;
    for (let column = 0; column < shape.kernelWidth; column++) {
      sum += load<i32>(levelSums + (<usize>(from + column * shape.dilationX) << 2));
    }
  }
  return sum;
}

/** Twice the sums of + weights, minus the sum of all. */
@inline
function finish(shape: BinaryConvolution, sums: usize, levels: i32, pixel: i32, channel: i32): void {
  if (shape.leaving === CODES) {
    const epilogue = changetype<CodeEpilogue>(shape.epilogue);
    const all = i16x8.splat(<i16>levels);
    for (let half = 0; half < 2; half++) {
      const at = sums + (<usize>half << 5);
      const low = i16x8.sub(i16x8.shl(v128.load(at), 1), all);
      const high = i16x8.sub(i16x8.shl(v128.load(at, 16), 1), all);
      finishCodes16(epilogue, low, high, pixel, channel + (half << 4));
    }
  } else {
    const epilogue = changetype<FloatEpilogue>(shape.epilogue);
    const all = i32x4.splat(levels);
    for (let quad = 0; quad < LOOKUP_CHANNELS; quad += 8) {
      const both = v128.load(sums + (<usize>quad << 1));
      const low = i32x4.sub(i32x4.shl(i32x4.extend_low_i16x8_u(both), 1), all);
      const high = i32x4.sub(i32x4.shl(i32x4.extend_high_i16x8_u(both), 1), all);
      finishFloats(epilogue, f32x4.convert_i32x4_s(low), pixel, channel + quad);
      finishFloats(epilogue, f32x4.convert_i32x4_s(high), pixel, channel + quad + 4);
    }
  }
}

/** Where the gathered sums of a band's pixel begin: f64, one an output channel. */
@inline
function gatheredSums(shape: BinaryConvolution, scratch: usize, place: i32): usize {
  return scratch + <usize>shape.gathered + (<usize>(place * shape.blocks * LOOKUP_CHANNELS) << 3);
}

function gather(
  shape: BinaryConvolution,
  pass: Pass,
  scratch: usize,
  sums: usize,
  levels: i32,
  place: i32,
  channel: i32,
  isFirst: bool,
): void {
  const at = gatheredSums(shape, scratch, place) + (<usize>channel << 3);
  for (let lane: usize = 0; lane < <usize>LOOKUP_CHANNELS; lane++) {
    const sum = pass.weight * <f64>(2 * <i32>load<u16>(sums + (lane << 1)) - levels);
    const before = isFirst ? 0 : load<f64>(at + (lane << 3));
    store<f64>(at + (lane << 3), before + sum);
  }
}

function finishGathered(
  shape: BinaryConvolution,
  group: i32,
  scratch: usize,
  first: i32,
  end: i32,
  firstBlock: i32,
  endBlock: i32,
): void {
  for (let pixel = first; pixel < end; pixel++) {
    const sums = gatheredSums(shape, scratch, pixel - first);
    for (let channel = firstBlock * LOOKUP_CHANNELS; channel < endBlock * LOOKUP_CHANNELS; channel += 4) {
      const at = sums + (<usize>channel << 3);
      const output = group * shape.outputChannels + channel;
      if (shape.leaving === GATHERED_CODES) {
        const epilogue = changetype<CodeEpilogue>(shape.epilogue);
        for (let lane = 0; lane < 4; lane++) {
          finishCode64(epilogue, load<f64>(at + (<usize>lane << 3)), pixel, output + lane);
        }
      } else {
        finishFloats(changetype<FloatEpilogue>(shape.epilogue), rounded(at), pixel, output);
      }
    }
  }
}

/** Four f64 as four f32. */
@inline
function rounded(at: usize): v128 {
  return v128.shuffle<f32>(
    f32x4.demote_f64x2_zero(v128.load(at)),
    f32x4.demote_f64x2_zero(v128.load(at, 16)),
    0,
    1,
    4,
    5,
  );
}
