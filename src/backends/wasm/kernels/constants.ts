// Numbers that kernels and host share. This file is both AssemblyScript and TypeScript, so it declares no types.

/** Output pixels whose sums a convolution computes together. */
export const WINDOWS = 4;

/** Output channels in a block of a binary convolution, which are computed together. */
export const LOOKUP_CHANNELS = 32;
/** Output channels in a block of an integer or float convolution, which are computed together. */
export const REAL_CHANNELS = 8;
/** Channels that a pooling computes together. */
export const POOLING_CHANNELS = 16;

/** Bytes of a lookup table: the 16 sums of four channels. */
export const TABLE_BYTES = 16;
/** Weight of a limb relative to the one below it. */
export const LIMB_BASE = 4096;

/** The number of fraction bits of a resampling coefficient. */
export const COEFFICIENT_BITS = 14;

// Output kinds of a binary convolution. The wide kinds sum in f64, for sums of several passes or of more than 16 bits.
export const CODES = 0;
export const FLOATS = 1;
export const WIDE_CODES = 2;
export const WIDE_FLOATS = 3;

// Operations of `eltwise`.
export const SUM = 0;
export const PRODUCT = 1;
export const MAX = 2;
