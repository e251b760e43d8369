import { LIMB_BASE, REAL_CHANNELS, WINDOWS } from './constants';
import { CodeEpilogue, FloatEpilogue, finishCodes32, finishCodes64, finishFloats, finishFloats64 } from './epilogue';
import { coveredRows, Geometry, windowStart, windowTop } from './geometry';

/** Bytes of one window's 32-bit sums of a block. */
const SUM_BYTES = 4 * REAL_CHANNELS;

/** Parameters of a convolution of 16-bit integers with weights in 16-bit limbs, or of floats with float weights. */
@unmanaged
class RealConvolution extends Geometry {
  /** Bytes of an input element: 2 or 4. */
  elementBytes: i32 = 0;
  limbs: i32 = 0;
  /** Bytes from one limb's weights to the next limb's. */
  limbBytes: i32 = 0;
  makesCodes: i32 = 0;
  /** Offset of the block's sums in scratch memory: four windows of 32-bit sums, then the same in f64. */
  blockSums: i32 = 0;
}

// Each kernel computes the output pixels, or the blocks of a single pixel, from `first` up to, but not including, `end`.

/** Convolves integers. */
export function integerConvolution(parameters: usize, scratch: usize, first: i32, end: i32): void {
  convolve<i16>(changetype<RealConvolution>(parameters), scratch, first, end);
}

/** Convolves floats. */
export function floatConvolution(parameters: usize, scratch: usize, first: i32, end: i32): void {
  convolve<f32>(changetype<RealConvolution>(parameters), scratch, first, end);
}

@inline
function convolve<T>(shape: RealConvolution, scratch: usize, first: i32, end: i32): void {
  const firstBlock = shape.isSplitByBlocks ? first : 0;
  const endBlock = shape.isSplitByBlocks ? end : shape.blocks;
  const firstPixel = shape.isSplitByBlocks ? 0 : first;
  const endPixel = shape.isSplitByBlocks ? 1 : end;
  for (let group = 0; group < shape.groups; group++) {
    let bandStart = firstPixel;
    while (bandStart < endPixel) {
      const row = bandStart / shape.outputWidth;
      const rows = min(shape.bandRows, (endPixel - 1) / shape.outputWidth - row + 1);
      const bandEnd = min(endPixel, (row + rows) * shape.outputWidth);
      copyRows(shape, group, scratch, row, rows);
      for (let pixel = bandStart; pixel < bandEnd; pixel += WINDOWS) {
        const last = bandEnd - 1;
        const window0 = windowStart(shape, scratch, pixel, row);
        const window1 = windowStart(shape, scratch, min(pixel + 1, last), row);
        const window2 = windowStart(shape, scratch, min(pixel + 2, last), row);
        const window3 = windowStart(shape, scratch, min(pixel + 3, last), row);
        const count = min(WINDOWS, bandEnd - pixel);
        for (let block = firstBlock; block < endBlock; block++) {
          const weights = shape.weights + <usize>((group * shape.blocks + block) * shape.blockBytes);
          const channel = group * shape.outputChannels + block * REAL_CHANNELS;
          const sums = scratch + shape.blockSums;
          if (isInteger<T>()) {
            if (shape.limbs === 1) {
              sumFour<i16>(shape.runs, shape.runCount, weights, window0, window1, window2, window3, sums);
              finishIntegers(shape, sums, pixel, count, channel);
            } else {
              sumLimbs(shape, weights, window0, window1, window2, window3, sums);
              finishLimbs(shape, sums + WINDOWS * SUM_BYTES, pixel, count, channel);
            }
          } else {
            if (count === 1) sumOneOfFloats(shape.runs, shape.runCount, weights, window0, sums);
            else sumFour<f32>(shape.runs, shape.runCount, weights, window0, window1, window2, window3, sums);
            finishFloatSums(shape, sums, pixel, count, channel);
          }
        }
      }
      bandStart = bandEnd;
    }
  }
}

/** Copies the input rows that a band's windows read into scratch memory, with zeros as padding. */
function copyRows(shape: RealConvolution, group: i32, scratch: usize, firstRow: i32, rows: i32): void {
  const top = windowTop(shape, firstRow);
  const covered = coveredRows(shape, rows);
  const rowBytes = shape.paddedWidth * shape.pixelBytes;
  const left = min(shape.padX, shape.paddedWidth);
  const inside = max(0, min(shape.inputWidth, shape.paddedWidth - left));
  const isContiguous = shape.inputStride * shape.elementBytes === shape.pixelBytes;
  const channelBytes = shape.inputChannels * shape.elementBytes;
  for (let row = 0; row < covered; row++) {
    const y = top + row;
    let to = scratch + <usize>(row * rowBytes);
    memory.fill(to, 0, rowBytes);
    if (y < 0 || y >= shape.inputHeight) continue;
    to += <usize>(left * shape.pixelBytes);
    const pixelStride = shape.inputStride * shape.elementBytes;
    let from = shape.input + <usize>(y * shape.inputWidth * pixelStride + group * channelBytes);
    if (isContiguous) {
      memory.copy(to, from, inside * shape.pixelBytes);
      continue;
    }
    for (let x = 0; x < inside; x++) {
      memory.copy(to, from, channelBytes);
      to += shape.pixelBytes;
      from += pixelStride;
    }
  }
}

/**
 * Computes the sums of eight output channels for four windows, as [window][channel] i32 or f32. The input is read as
 * words of 32 bits: pairs of integers, or single floats.
 * @param runs for each run, its offset into the window and its number of words.
 * @param weights i16 as [pair][channel][element of the pair], or f32 as [element][channel].
 */
function sumFour<T>(
  runs: usize,
  runCount: i32,
  weights: usize,
  window0: usize,
  window1: usize,
  window2: usize,
  window3: usize,
  sums: usize,
): void {
  let a0 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let a2 = i32x4.splat(0);
  let b2 = i32x4.splat(0);
  let a3 = i32x4.splat(0);
  let b3 = i32x4.splat(0);
  const end = runs + (<usize>runCount << 3);
  let weight = weights;
  for (let run = runs; run < end; run += 8) {
    const offset = <usize>load<u32>(run);
    const stop = weight + (<usize>load<u32>(run, 4) << 5);
    let input0 = window0 + offset;
    let input1 = window1 + offset;
    let input2 = window2 + offset;
    let input3 = window3 + offset;
    while (weight < stop) {
      const a = v128.load(weight);
      const b = v128.load(weight, 16);
      let word = v128.load32_splat(input0);
      a0 = multiplyAdd<T>(a0, word, a);
      b0 = multiplyAdd<T>(b0, word, b);
      word = v128.load32_splat(input1);
      a1 = multiplyAdd<T>(a1, word, a);
      b1 = multiplyAdd<T>(b1, word, b);
      word = v128.load32_splat(input2);
      a2 = multiplyAdd<T>(a2, word, a);
      b2 = multiplyAdd<T>(b2, word, b);
      word = v128.load32_splat(input3);
      a3 = multiplyAdd<T>(a3, word, a);
      b3 = multiplyAdd<T>(b3, word, b);
      input0 += 4;
      input1 += 4;
      input2 += 4;
      input3 += 4;
      weight += 32;
    }
  }
  v128.store(sums, a0);
  v128.store(sums, b0, 16);
  v128.store(sums, a1, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, a2, 64);
  v128.store(sums, b2, 80);
  v128.store(sums, a3, 96);
  v128.store(sums, b3, 112);
}

/**
 * Adds the products of inputs and weights to four sums. Each integer sum adds two products. Float products may be added
 * without being rounded first if SIMD is relaxed.
 */
@inline
function multiplyAdd<T>(sum: v128, input: v128, weights: v128): v128 {
  if (isInteger<T>()) return i32x4.add(sum, i32x4.dot_i16x8_s(input, weights));
  return IS_RELAXED ? f32x4.relaxed_madd(input, weights, sum) : f32x4.add(sum, f32x4.mul(input, weights));
}

/** Computes the sums over all limbs, as [window][channel] f64, and stores them after the sums of one limb. */
function sumLimbs(
  shape: RealConvolution,
  weights: usize,
  window0: usize,
  window1: usize,
  window2: usize,
  window3: usize,
  sums: usize,
): void {
  const total = sums + WINDOWS * SUM_BYTES;
  memory.fill(total, 0, 2 * WINDOWS * SUM_BYTES);
  let unit: f64 = 1;
  for (let limb = 0; limb < shape.limbs; limb++) {
    const limbWeights = weights + <usize>(limb * shape.limbBytes);
    sumFour<i16>(shape.runs, shape.runCount, limbWeights, window0, window1, window2, window3, sums);
    for (let index: usize = 0; index < <usize>(WINDOWS * REAL_CHANNELS); index++) {
      const at = total + (index << 3);
      store<f64>(at, load<f64>(at) + unit * <f64>load<i32>(sums + (index << 2)));
    }
    unit *= <f64>LIMB_BASE;
  }
}

/**
 * Computes the float sums of one window. It adds four elements at a time to separate sums, because each addition waits
 * for the previous one.
 */
function sumOneOfFloats(runs: usize, runCount: i32, weights: usize, window: usize, sums: usize): void {
  let a0 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let b2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let b3 = f32x4.splat(0);
  const end = runs + (<usize>runCount << 3);
  let weight = weights;
  for (let run = runs; run < end; run += 8) {
    let element = window + <usize>load<u32>(run);
    const stop = weight + (<usize>load<u32>(run, 4) << 5);
    while (weight + 128 <= stop) {
      const first = v128.load32_splat(element);
      a0 = multiplyAdd<f32>(a0, first, v128.load(weight));
      b0 = multiplyAdd<f32>(b0, first, v128.load(weight, 16));
      const second = v128.load32_splat(element, 4);
      a1 = multiplyAdd<f32>(a1, second, v128.load(weight, 32));
      b1 = multiplyAdd<f32>(b1, second, v128.load(weight, 48));
      const third = v128.load32_splat(element, 8);
      a2 = multiplyAdd<f32>(a2, third, v128.load(weight, 64));
      b2 = multiplyAdd<f32>(b2, third, v128.load(weight, 80));
      const fourth = v128.load32_splat(element, 12);
      a3 = multiplyAdd<f32>(a3, fourth, v128.load(weight, 96));
      b3 = multiplyAdd<f32>(b3, fourth, v128.load(weight, 112));
      element += 16;
      weight += 128;
    }
    while (weight < stop) {
      const value = v128.load32_splat(element);
      a0 = multiplyAdd<f32>(a0, value, v128.load(weight));
      b0 = multiplyAdd<f32>(b0, value, v128.load(weight, 16));
      element += 4;
      weight += 32;
    }
  }
  v128.store(sums, f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)));
  v128.store(sums, f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)), 16);
}

function finishIntegers(shape: RealConvolution, sums: usize, pixel: i32, count: i32, channel: i32): void {
  for (let window = 0; window < count; window++) {
    for (let lane = 0; lane < REAL_CHANNELS; lane += 4) {
      const sum = v128.load(sums + (<usize>(window * REAL_CHANNELS + lane) << 2));
      if (shape.makesCodes) {
        finishCodes32(changetype<CodeEpilogue>(shape.epilogue), sum, pixel + window, channel + lane);
      } else {
        const epilogue = changetype<FloatEpilogue>(shape.epilogue);
        finishFloats(epilogue, f32x4.convert_i32x4_s(sum), pixel + window, channel + lane);
      }
    }
  }
}

function finishLimbs(shape: RealConvolution, sums: usize, pixel: i32, count: i32, channel: i32): void {
  for (let window = 0; window < count; window++) {
    for (let lane = 0; lane < REAL_CHANNELS; lane += 4) {
      const at = sums + (<usize>(window * REAL_CHANNELS + lane) << 3);
      if (shape.makesCodes) {
        finishCodes64(changetype<CodeEpilogue>(shape.epilogue), at, pixel + window, channel + lane);
      } else {
        finishFloats64(changetype<FloatEpilogue>(shape.epilogue), at, pixel + window, channel + lane);
      }
    }
  }
}

function finishFloatSums(shape: RealConvolution, sums: usize, pixel: i32, count: i32, channel: i32): void {
  const epilogue = changetype<FloatEpilogue>(shape.epilogue);
  for (let window = 0; window < count; window++) {
    for (let lane = 0; lane < REAL_CHANNELS; lane += 4) {
      const sum = v128.load(sums + (<usize>(window * REAL_CHANNELS + lane) << 2));
      finishFloats(epilogue, sum, pixel + window, channel + lane);
    }
  }
}
