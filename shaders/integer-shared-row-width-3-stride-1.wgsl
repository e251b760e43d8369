enable subgroups;

const PIXELS = 16u;
const STRIDE = 1u;
const WIDTH = 3u;
const SHARED = 14u;

// #include "integer-shared-row.wgsl"
