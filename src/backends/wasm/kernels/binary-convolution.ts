import { CODES, LOOKUP_CHANNELS, WIDE_CODES, WINDOWS } from './constants';
import { CodeEpilogue, FloatEpilogue, finishCodes16, finishCodes64, finishFloats, finishFloats64 } from './epilogue';
import { Geometry, windowStart } from './geometry';
import { SUM_BYTES, sumFour, sumOne } from './lookup';
import { makeTables } from './tables';

/** Parameters of a convolution of codes with 1-bit weights. */
@unmanaged
class BinaryConvolution extends Geometry {
  passes: usize = 0;
  passCount: i32 = 0;
  /** The form of the output: CODES, FLOATS, WIDE_CODES or WIDE_FLOATS. */
  outputKind: i32 = 0;
  /** Offset of the pixels' level sums in scratch memory. */
  levelSums: i32 = 0;
  /** Offset of the block's sums in scratch memory. */
  blockSums: i32 = 0;
  /** Offset of the f64 sums over all passes in scratch memory. */
  wideSums: i32 = 0;
}

/**
 * One pass over the input. It reads codes as levels that fit in bytes, or as one term of the sum that makes up a level.
 * It covers the whole window or a part of it.
 */
@unmanaged
class Pass {
  weight: f64 = 0;
  /** Sixteen bytes: the level of each code in this pass. */
  levels: usize = 0;
  /** Added to each table entry, so that none is negative. */
  bias: i32 = 0;
  /** Amount that the biases add to twice the sum of a window. */
  biasSum: i32 = 0;
  runs: usize = 0;
  runCount: i32 = 0;
  /** Offset of this pass's weights in a block. */
  weights: i32 = 0;
  /** Whether this pass subtracts the sum of the window's levels. */
  subtractsLevels: i32 = 0;
}

const PASS_BYTES: usize = offsetof<Pass>();

/**
 * Convolves codes. Computes the output pixels, or the blocks of a single pixel, from `first` up to, but not including,
 * `end`.
 * @param scratch the calling thread's own memory.
 */
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
  const isWide = shape.outputKind >= WIDE_CODES;
  for (let index = 0; index < shape.passCount; index++) {
    const pass = changetype<Pass>(shape.passes + <usize>index * PASS_BYTES);
    makeTables(shape, group, pass.levels, pass.bias, scratch, levelSums, row, rows);
    for (let pixel = first; pixel < end; pixel += WINDOWS) {
      const last = end - 1;
      const window0 = windowStart(shape, scratch, pixel, row);
      const window1 = windowStart(shape, scratch, min(pixel + 1, last), row);
      const window2 = windowStart(shape, scratch, min(pixel + 2, last), row);
      const window3 = windowStart(shape, scratch, min(pixel + 3, last), row);
      const count = min(WINDOWS, end - pixel);
      const levels0 = subtrahend(shape, pass, scratch, levelSums, window0);
      const levels1 = subtrahend(shape, pass, scratch, levelSums, window1);
      const levels2 = subtrahend(shape, pass, scratch, levelSums, window2);
      const levels3 = subtrahend(shape, pass, scratch, levelSums, window3);
      for (let block = firstBlock; block < endBlock; block++) {
        const weights = shape.weights + <usize>((group * shape.blocks + block) * shape.blockBytes + pass.weights);
        if (count > 1) {
          sumFour(pass.runs, pass.runCount, weights, window0, window1, window2, window3, sums);
        } else {
          sumOne(pass.runs, pass.runCount, weights, window0, sums);
        }
        const channel = block * LOOKUP_CHANNELS;
        for (let window = 0; window < count; window++) {
          const levels = window === 0 ? levels0 : window === 1 ? levels1 : window === 2 ? levels2 : levels3;
          const at = sums + <usize>(window * SUM_BYTES);
          if (isWide) accumulate(shape, pass, scratch, at, levels, pixel + window - first, channel, index === 0);
          else finish(shape, at, levels, pixel + window, group * shape.outputChannels + channel);
        }
      }
    }
  }
  if (isWide) finishWide(shape, group, scratch, first, end, firstBlock, endBlock);
}

/** Returns what to subtract from twice the sum over +1 weights: the sum of the window's levels, and the biases. */
function subtrahend(shape: BinaryConvolution, pass: Pass, tables: usize, levelSums: usize, window: usize): i32 {
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

/** Computes the signed sums of a block, twice the sum over +1 weights minus the sum of all levels, and outputs them. */
@inline
function finish(shape: BinaryConvolution, sums: usize, levels: i32, pixel: i32, channel: i32): void {
  if (shape.outputKind === CODES) {
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
    for (let lane = 0; lane < LOOKUP_CHANNELS; lane += 8) {
      const both = v128.load(sums + (<usize>lane << 1));
      const low = i32x4.sub(i32x4.shl(i32x4.extend_low_i16x8_u(both), 1), all);
      const high = i32x4.sub(i32x4.shl(i32x4.extend_high_i16x8_u(both), 1), all);
      finishFloats(epilogue, f32x4.convert_i32x4_s(low), pixel, channel + lane);
      finishFloats(epilogue, f32x4.convert_i32x4_s(high), pixel, channel + lane + 4);
    }
  }
}

/** Returns the address of a pixel's f64 sums, one per output channel. `index` counts the band's pixels. */
@inline
function wideSumsOf(shape: BinaryConvolution, scratch: usize, index: i32): usize {
  return scratch + <usize>shape.wideSums + (<usize>(index * shape.blocks * LOOKUP_CHANNELS) << 3);
}

/** Adds the signed sums of a pass to the f64 sums. */
function accumulate(
  shape: BinaryConvolution,
  pass: Pass,
  scratch: usize,
  sums: usize,
  levels: i32,
  index: i32,
  channel: i32,
  isFirst: bool,
): void {
  const at = wideSumsOf(shape, scratch, index) + (<usize>channel << 3);
  for (let lane: usize = 0; lane < <usize>LOOKUP_CHANNELS; lane++) {
    const sum = pass.weight * <f64>(2 * <i32>load<u16>(sums + (lane << 1)) - levels);
    const before = isFirst ? 0 : load<f64>(at + (lane << 3));
    store<f64>(at + (lane << 3), before + sum);
  }
}

/** Outputs the f64 sums of a band. */
function finishWide(
  shape: BinaryConvolution,
  group: i32,
  scratch: usize,
  first: i32,
  end: i32,
  firstBlock: i32,
  endBlock: i32,
): void {
  for (let pixel = first; pixel < end; pixel++) {
    const sums = wideSumsOf(shape, scratch, pixel - first);
    for (let channel = firstBlock * LOOKUP_CHANNELS; channel < endBlock * LOOKUP_CHANNELS; channel += 4) {
      const at = sums + (<usize>channel << 3);
      const output = group * shape.outputChannels + channel;
      if (shape.outputKind === WIDE_CODES) {
        finishCodes64(changetype<CodeEpilogue>(shape.epilogue), at, pixel, output);
      } else {
        finishFloats64(changetype<FloatEpilogue>(shape.epilogue), at, pixel, output);
      }
    }
  }
}
