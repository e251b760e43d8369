enable subgroups;

const PIXELS = 14u;
const STRIDE = 2u;
const WIDTH = 7u;
const SHARED = 25u;

// #include "integer-shared-row.wgsl"
