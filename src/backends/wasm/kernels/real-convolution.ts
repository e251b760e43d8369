import { CodeEpilogue, FloatEpilogue, finishCode64, finishCodes32, finishFloats } from './epilogue';
import { coveredRows, Geometry, windowStart, windowTop } from './geometry';

/** Output channels whose sums are made together. */
const BLOCK_CHANNELS = 8;
/** Bytes of the sums of one pixel's block: eight of 32 bits. */
const SUM_BYTES = 32;

/** Over whole numbers of 16 bits with weights in limbs of 16, or over floats with weights of floats. */
@unmanaged
class RealConvolution extends Geometry {
  /** Bytes of an element of the input: 2 or 4. */
  elementBytes: i32 = 0;
  limbs: i32 = 0;
  /** Bytes from one limb's weights to the next one's. */
  limbBytes: i32 = 0;
  makesCodes: i32 = 0;
  isSplitByBlocks: i32 = 0;
  /** Where in scratch memory the block's sums begin, four windows of f64 behind four of 32 bits. */
  blockSums: i32 = 0;
}

/** Over whole numbers. Output pixels, or blocks of channels where there is one pixel, from `first` to before `end`. */
export function integerConvolution(parameters: usize, scratch: usize, first: i32, end: i32): void {
  convolve(changetype<RealConvolution>(parameters), scratch, first, end, true);
}

/** Over floats. */
export function floatConvolution(parameters: usize, scratch: usize, first: i32, end: i32): void {
  convolve(changetype<RealConvolution>(parameters), scratch, first, end, false);
}

@inline
function convolve(shape: RealConvolution, scratch: usize, first: i32, end: i32, isInteger: bool): void {
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
      for (let pixel = bandStart; pixel < bandEnd; pixel += 4) {
        const last = bandEnd - 1;
        const window0 = windowStart(shape, scratch, pixel, row);
        const window1 = windowStart(shape, scratch, min(pixel + 1, last), row);
        const window2 = windowStart(shape, scratch, min(pixel + 2, last), row);
        const window3 = windowStart(shape, scratch, min(pixel + 3, last), row);
        const count = min(4, bandEnd - pixel);
        for (let block = firstBlock; block < endBlock; block++) {
          const weights = shape.weights + <usize>((group * shape.blocks + block) * shape.blockBytes);
          const channel = group * shape.outputChannels + block * BLOCK_CHANNELS;
          const sums = scratch + shape.blockSums;
          if (isInteger) {
            if (shape.limbs === 1) {
              sumWholes(shape.runs, shape.runCount, weights, window0, window1, window2, window3, sums);
              finishWholes(shape, sums, pixel, count, channel);
            } else {
              sumLimbs(shape, weights, window0, window1, window2, window3, sums);
              finishLimbs(shape, sums + 4 * SUM_BYTES, pixel, count, channel);
            }
          } else {
            if (count === 1) sumFloatsOnce(shape.runs, shape.runCount, weights, window0, sums);
            else sumFloats(shape.runs, shape.runCount, weights, window0, window1, window2, window3, sums);
            finishFloatSums(shape, sums, pixel, count, channel);
          }
        }
      }
      bandStart = bandEnd;
    }
  }
}

/** Copies the rows that a band's windows cover, padding as zeros. */
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
 * Sums of eight output channels for four windows, as [window][channel] i32.
 * @param runs offset into the window and how many pairs of elements from there.
 * @param weights [pair][channel][element of the pair], i16.
 */
function sumWholes(
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
    let pair0 = window0 + offset;
    let pair1 = window1 + offset;
    let pair2 = window2 + offset;
    let pair3 = window3 + offset;
    while (weight < stop) {
      const a = v128.load(weight);
      const b = v128.load(weight, 16);
      let pair = v128.load32_splat(pair0);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, a));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(pair, b));
      pair = v128.load32_splat(pair1);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, a));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(pair, b));
      pair = v128.load32_splat(pair2);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, a));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(pair, b));
      pair = v128.load32_splat(pair3);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, a));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(pair, b));
      pair0 += 4;
      pair1 += 4;
      pair2 += 4;
      pair3 += 4;
      weight += 32;
    }
  }
  storeSums(sums, a0, b0, a1, b1, a2, b2, a3, b3);
}

/** Sums over all limbs, as [window][channel] f64 behind the sums of one limb. */
function sumLimbs(
  shape: RealConvolution,
  weights: usize,
  window0: usize,
  window1: usize,
  window2: usize,
  window3: usize,
  sums: usize,
): void {
  const whole = sums + 4 * SUM_BYTES;
  memory.fill(whole, 0, 8 * SUM_BYTES);
  let unit: f64 = 1;
  for (let limb = 0; limb < shape.limbs; limb++) {
    const limbWeights = weights + <usize>(limb * shape.limbBytes);
    sumWholes(shape.runs, shape.runCount, limbWeights, window0, window1, window2, window3, sums);
    for (let place: usize = 0; place < 4 * BLOCK_CHANNELS; place++) {
      const at = whole + (place << 3);
      store<f64>(at, load<f64>(at) + unit * <f64>load<i32>(sums + (place << 2)));
    }
    unit *= 4096;
  }
}

/** As `sumWholes`, over floats, with weights as [element][channel] f32. */
function sumFloats(
  runs: usize,
  runCount: i32,
  weights: usize,
  window0: usize,
  window1: usize,
  window2: usize,
  window3: usize,
  sums: usize,
): void {
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
    const offset = <usize>load<u32>(run);
    const stop = weight + (<usize>load<u32>(run, 4) << 5);
    let element0 = window0 + offset;
    let element1 = window1 + offset;
    let element2 = window2 + offset;
    let element3 = window3 + offset;
    while (weight < stop) {
      const a = v128.load(weight);
      const b = v128.load(weight, 16);
      let value = v128.load32_splat(element0);
      a0 = f32x4.add(a0, f32x4.mul(value, a));
      b0 = f32x4.add(b0, f32x4.mul(value, b));
      value = v128.load32_splat(element1);
      a1 = f32x4.add(a1, f32x4.mul(value, a));
      b1 = f32x4.add(b1, f32x4.mul(value, b));
      value = v128.load32_splat(element2);
      a2 = f32x4.add(a2, f32x4.mul(value, a));
      b2 = f32x4.add(b2, f32x4.mul(value, b));
      value = v128.load32_splat(element3);
      a3 = f32x4.add(a3, f32x4.mul(value, a));
      b3 = f32x4.add(b3, f32x4.mul(value, b));
      element0 += 4;
      element1 += 4;
      element2 += 4;
      element3 += 4;
      weight += 32;
    }
  }
  storeSums(sums, a0, b0, a1, b1, a2, b2, a3, b3);
}

/** As `sumFloats`, for one window: four elements at a time, since each sum waits for the one before. */
function sumFloatsOnce(runs: usize, runCount: i32, weights: usize, window: usize, sums: usize): void {
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
      a0 = f32x4.add(a0, f32x4.mul(first, v128.load(weight)));
      b0 = f32x4.add(b0, f32x4.mul(first, v128.load(weight, 16)));
      const second = v128.load32_splat(element, 4);
      a1 = f32x4.add(a1, f32x4.mul(second, v128.load(weight, 32)));
      b1 = f32x4.add(b1, f32x4.mul(second, v128.load(weight, 48)));
      const third = v128.load32_splat(element, 8);
      a2 = f32x4.add(a2, f32x4.mul(third, v128.load(weight, 64)));
      b2 = f32x4.add(b2, f32x4.mul(third, v128.load(weight, 80)));
      const fourth = v128.load32_splat(element, 12);
      a3 = f32x4.add(a3, f32x4.mul(fourth, v128.load(weight, 96)));
      b3 = f32x4.add(b3, f32x4.mul(fourth, v128.load(weight, 112)));
      element += 16;
      weight += 128;
    }
    while (weight < stop) {
      const value = v128.load32_splat(element);
      a0 = f32x4.add(a0, f32x4.mul(value, v128.load(weight)));
      b0 = f32x4.add(b0, f32x4.mul(value, v128.load(weight, 16)));
      element += 4;
      weight += 32;
    }
  }
  v128.store(sums, f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)));
  v128.store(sums, f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)), 16);
}

@inline
function storeSums(
  sums: usize,
  a0: v128,
  b0: v128,
  a1: v128,
  b1: v128,
  a2: v128,
  b2: v128,
  a3: v128,
  b3: v128,
): void {
  v128.store(sums, a0);
  v128.store(sums, b0, 16);
  v128.store(sums, a1, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, a2, 64);
  v128.store(sums, b2, 80);
  v128.store(sums, a3, 96);
  v128.store(sums, b3, 112);
}

function finishWholes(shape: RealConvolution, sums: usize, pixel: i32, count: i32, channel: i32): void {
  for (let place = 0; place < count; place++) {
    for (let quad = 0; quad < BLOCK_CHANNELS; quad += 4) {
      const sum = v128.load(sums + (<usize>(place * BLOCK_CHANNELS + quad) << 2));
      if (shape.makesCodes) {
        finishCodes32(changetype<CodeEpilogue>(shape.epilogue), sum, pixel + place, channel + quad);
      } else {
        const epilogue = changetype<FloatEpilogue>(shape.epilogue);
        finishFloats(epilogue, f32x4.convert_i32x4_s(sum), pixel + place, channel + quad);
      }
    }
  }
}

function finishLimbs(shape: RealConvolution, sums: usize, pixel: i32, count: i32, channel: i32): void {
  for (let place = 0; place < count; place++) {
    for (let lane = 0; lane < BLOCK_CHANNELS; lane++) {
      const at = sums + (<usize>(place * BLOCK_CHANNELS + lane) << 3);
      if (shape.makesCodes) {
        finishCode64(changetype<CodeEpilogue>(shape.epilogue), load<f64>(at), pixel + place, channel + lane);
      } else if ((lane & 3) === 0) {
        const sum = v128.shuffle<f32>(
          f32x4.demote_f64x2_zero(v128.load(at)),
          f32x4.demote_f64x2_zero(v128.load(at, 16)),
          0,
          1,
          4,
          5,
        );
        finishFloats(changetype<FloatEpilogue>(shape.epilogue), sum, pixel + place, channel + lane);
      }
    }
  }
}

function finishFloatSums(shape: RealConvolution, sums: usize, pixel: i32, count: i32, channel: i32): void {
  const epilogue = changetype<FloatEpilogue>(shape.epilogue);
  for (let place = 0; place < count; place++) {
    for (let quad = 0; quad < BLOCK_CHANNELS; quad += 4) {
      const sum = v128.load(sums + (<usize>(place * BLOCK_CHANNELS + quad) << 2));
      finishFloats(epilogue, sum, pixel + place, channel + quad);
    }
  }
}
