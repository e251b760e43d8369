/** Turns sums into codes. A code is the number of its channel's thresholds that the sum exceeds. */
@unmanaged
export class CodeEpilogue {
  codes: usize = 0;
  codeStride: i32 = 0;
  /** [threshold][channel]: i16, i32 or f64, the type of the sums. */
  thresholds: usize = 0;
  thresholdCount: i32 = 0;
  /** Channels in a row of thresholds. */
  thresholdStride: i32 = 0;
}

/**
 * Turns sums into floats: factor · sum + offset, then the activation, then the shortcut is added. The floats are stored,
 * or quantized to codes, or both.
 */
@unmanaged
export class FloatEpilogue {
  /** 0 if the floats are not stored. */
  floats: usize = 0;
  floatStride: i32 = 0;
  factor: usize = 0;
  offset: usize = 0;
  hasActivation: i32 = 0;
  negativeSlope: f32 = 0;
  lowest: f32 = 0;
  highest: f32 = 0;
  /** 0 if the step has no shortcut. */
  shortcut: usize = 0;
  shortcutStride: i32 = 0;
  /** 0 if the floats are not quantized. */
  codes: usize = 0;
  codeStride: i32 = 0;
  sign: usize = 0;
  /** [threshold][channel], f32. */
  thresholds: usize = 0;
  thresholdCount: i32 = 0;
  thresholdStride: i32 = 0;
}

/** Turns four float sums, of neighbouring channels of one pixel, into floats and codes. */
@inline
export function finishFloats(epilogue: FloatEpilogue, sum: v128, pixel: i32, channel: i32): void {
  const at = <usize>channel << 2;
  let y = f32x4.add(f32x4.mul(sum, v128.load(epilogue.factor + at)), v128.load(epilogue.offset + at));
  if (epilogue.hasActivation) {
    const scaled = f32x4.mul(y, f32x4.splat(epilogue.negativeSlope));
    y = v128.bitselect(scaled, y, f32x4.lt(y, f32x4.splat(0)));
    y = f32x4.pmin(f32x4.pmax(y, f32x4.splat(epilogue.lowest)), f32x4.splat(epilogue.highest));
  }
  if (epilogue.shortcut) {
    y = f32x4.add(y, v128.load(epilogue.shortcut + ((<usize>(pixel * epilogue.shortcutStride + channel)) << 2)));
  }
  if (epilogue.floats) v128.store(epilogue.floats + ((<usize>(pixel * epilogue.floatStride + channel)) << 2), y);
  if (epilogue.codes) {
    const signed = f32x4.mul(y, v128.load(epilogue.sign + at));
    let codes = i32x4.splat(0);
    let threshold = epilogue.thresholds + at;
    for (let index = 0; index < epilogue.thresholdCount; index++) {
      codes = i32x4.sub(codes, f32x4.gt(signed, v128.load(threshold)));
      threshold += <usize>epilogue.thresholdStride << 2;
    }
    storeFourCodes(epilogue.codes + <usize>(pixel * epilogue.codeStride + channel), codes);
  }
}

/** Stores four 32-bit codes as bytes. */
@inline
function storeFourCodes(at: usize, codes: v128): void {
  const halves = i16x8.narrow_i32x4_s(codes, codes);
  v128.store_lane<u32>(at, i8x16.narrow_i16x8_u(halves, halves), 0);
}

/** Turns four i32 sums of neighbouring channels into codes. */
@inline
export function finishCodes32(epilogue: CodeEpilogue, sum: v128, pixel: i32, channel: i32): void {
  let codes = i32x4.splat(0);
  let threshold = epilogue.thresholds + (<usize>channel << 2);
  for (let index = 0; index < epilogue.thresholdCount; index++) {
    codes = i32x4.sub(codes, i32x4.gt_s(sum, v128.load(threshold)));
    threshold += <usize>epilogue.thresholdStride << 2;
  }
  storeFourCodes(epilogue.codes + <usize>(pixel * epilogue.codeStride + channel), codes);
}

/** Turns sixteen i16 sums, in two vectors, into codes. */
@inline
export function finishCodes16(epilogue: CodeEpilogue, low: v128, high: v128, pixel: i32, channel: i32): void {
  let lowCodes = i16x8.splat(0);
  let highCodes = i16x8.splat(0);
  let threshold = epilogue.thresholds + (<usize>channel << 1);
  for (let index = 0; index < epilogue.thresholdCount; index++) {
    lowCodes = i16x8.sub(lowCodes, i16x8.gt_s(low, v128.load(threshold)));
    highCodes = i16x8.sub(highCodes, i16x8.gt_s(high, v128.load(threshold, 16)));
    threshold += <usize>epilogue.thresholdStride << 1;
  }
  const at = epilogue.codes + <usize>(pixel * epilogue.codeStride + channel);
  v128.store(at, i8x16.narrow_i16x8_u(lowCodes, highCodes));
}

/** Turns four f64 sums of neighbouring channels, at `sums`, into codes. */
@inline
export function finishCodes64(epilogue: CodeEpilogue, sums: usize, pixel: i32, channel: i32): void {
  for (let lane = 0; lane < 4; lane++) {
    finishCode64(epilogue, load<f64>(sums + (<usize>lane << 3)), pixel, channel + lane);
  }
}

@inline
function finishCode64(epilogue: CodeEpilogue, sum: f64, pixel: i32, channel: i32): void {
  let code = 0;
  let threshold = epilogue.thresholds + (<usize>channel << 3);
  for (let index = 0; index < epilogue.thresholdCount; index++) {
    code += i32(sum > load<f64>(threshold));
    threshold += <usize>epilogue.thresholdStride << 3;
  }
  store<u8>(epilogue.codes + <usize>(pixel * epilogue.codeStride + channel), <u8>code);
}

/** Turns four f64 sums of neighbouring channels, at `sums`, into floats and codes. */
@inline
export function finishFloats64(epilogue: FloatEpilogue, sums: usize, pixel: i32, channel: i32): void {
  const low = f32x4.demote_f64x2_zero(v128.load(sums));
  const high = f32x4.demote_f64x2_zero(v128.load(sums, 16));
  finishFloats(epilogue, v128.shuffle<f32>(low, high, 0, 1, 4, 5), pixel, channel);
}
