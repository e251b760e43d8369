enable subgroups;

const PIXELS = 8u;
const STRIDE = 1u;
const WIDTH = 3u;
const SHARED = 3u;

// #include "integer-shared-row.wgsl"
