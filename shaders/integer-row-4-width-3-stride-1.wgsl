const PIXELS = 4u;
const STRIDE = 1u;
const WIDTH = 3u;

// #include "integer-row.wgsl"
