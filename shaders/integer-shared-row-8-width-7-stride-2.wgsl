enable subgroups;

const PIXELS = 8u;
const STRIDE = 2u;
const WIDTH = 7u;
const SHARED = 6u;

// #include "integer-shared-row.wgsl"
