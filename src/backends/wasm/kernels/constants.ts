// Numbers that kernels and host share. This file is both AssemblyScript and TypeScript, so it has no types of either.

/** Output pixels whose sums a convolution computes together. */
export const WINDOWS = 4;

/** Output channels that a binary convolution computes together: a block. */
export const LOOKUP_CHANNELS = 32;
/** Output channels that an integer or float convolution computes together: a block. */
export const REAL_CHANNELS = 8;
/** Channels that a pooling computes together. */
export const POOLING_CHANNELS = 16;

/** Bytes of a lookup table: the 16 sums of four channels. */
export const TABLE_BYTES = 16;
/** Weight of a limb relative to the one below it. */
export const LIMB_BASE = 4096;

// How the sums of a binary convolution become its output: in 16 bits, or in f64 when several passes add up.
export const CODES = 0;
export const FLOATS = 1;
export const WIDE_CODES = 2;
export const WIDE_FLOATS = 3;

// Operations of `eltwise`.
export const SUM = 0;
export const PRODUCT = 1;
export const MAX = 2;
