/** Codes of sums: how many of its channel's thresholds a sum exceeds. */
@unmanaged
export class CodeEpilogue {
  codes: usize = 0;
  codeStride: i32 = 0;
  /** [threshold][channel]: i16, i32 or f64, as the sums are. */
  thresholds: usize = 0;
  thresholdCount: i32 = 0;
  /** Channels of a row of thresholds. */
  thresholdStride: i32 = 0;
}

/** Floats of sums: factor · sum + offset, the bend, the shortcut; kept, or made into codes, or both. */
@unmanaged
export class FloatEpilogue {
  /** 0 where the floats are not kept. */
  floats: usize = 0;
  floatStride: i32 = 0;
  factor: usize = 0;
  offset: usize = 0;
  isBent: i32 = 0;
  negativeSlope: f32 = 0;
  lowest: f32 = 0;
  highest: f32 = 0;
  /** 0 where there is none. */
  shortcut: usize = 0;
  shortcutStride: i32 = 0;
  /** 0 where no codes are made. */
  codes: usize = 0;
  codeStride: i32 = 0;
  sign: usize = 0;
  /** [threshold][channel], f32. */
  thresholds: usize = 0;
  thresholdCount: i32 = 0;
  thresholdStride: i32 = 0;
}

/** Four sums of neighbouring channels of one pixel become floats and codes. */
@inline
export function finishFloats(epilogue: FloatEpilogue, sum: v128, pixel: i32, channel: i32): void {
  const at = <usize>channel << 2;
  let y = f32x4.add(f32x4.mul(sum, v128.load(epilogue.factor + at)), v128.load(epilogue.offset + at));
  if (epilogue.isBent) {
    const bent = f32x4.mul(y, f32x4.splat(epilogue.negativeSlope));
    y = v128.bitselect(bent, y, f32x4.lt(y, f32x4.splat(0)));
    y = f32x4.pmin(f32x4.pmax(y, f32x4.splat(epilogue.lowest)), f32x4.splat(epilogue.highest));
  }
  if (epilogue.shortcut) {
    y = f32x4.add(y, v128.load(epilogue.shortcut + ((<usize>(pixel * epilogue.shortcutStride + channel)) << 2)));
  }
  if (epilogue.floats) v128.store(epilogue.floats + ((<usize>(pixel * epilogue.floatStride + channel)) << 2), y);
  if (epilogue.codes) {
    const turned = f32x4.mul(y, v128.load(epilogue.sign + at));
    let codes = i32x4.splat(0);
    let threshold = epilogue.thresholds + at;
    for (let index = 0; index < epilogue.thresholdCount; index++) {
      codes = i32x4.sub(codes, f32x4.gt(turned, v128.load(threshold)));
      threshold += <usize>epilogue.thresholdStride << 2;
    }
    storeFourCodes(epilogue.codes + <usize>(pixel * epilogue.codeStride + channel), codes);
  }
}

/** Four 32-bit codes as bytes. */
@inline
function storeFourCodes(at: usize, codes: v128): void {
  const halves = i16x8.narrow_i32x4_s(codes, codes);
  v128.store_lane<u32>(at, i8x16.narrow_i16x8_u(halves, halves), 0);
}

/** Four whole-number sums of neighbouring channels become codes. */
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

/** Sixteen sums in two vectors of 16 bits become codes. */
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

/** A sum of 64 bits becomes a code. */
@inline
export function finishCode64(epilogue: CodeEpilogue, sum: f64, pixel: i32, channel: i32): void {
  let code = 0;
  let threshold = epilogue.thresholds + (<usize>channel << 3);
  for (let index = 0; index < epilogue.thresholdCount; index++) {
    code += i32(sum > load<f64>(threshold));
    threshold += <usize>epilogue.thresholdStride << 3;
  }
  store<u8>(epilogue.codes + <usize>(pixel * epilogue.codeStride + channel), <u8>code);
}
