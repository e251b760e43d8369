// The backends share these modules. The worker exports them, so that bundlers make them part of its own file instead of
// further files that the browser would fetch one after the other.
export { HwgqError } from '../errors.ts';
export { filterScales } from '../graph/weights.ts';
export { takesIntegers } from '../image/preprocessing.ts';
export { isSeparable } from '../image/resampling.ts';
export { float16ToFloat32 } from '../numerics/float16.ts';
export { clampToFloat32 } from '../numerics/float32.ts';
export { tensorLifetimes } from '../plan/lifetimes.ts';
