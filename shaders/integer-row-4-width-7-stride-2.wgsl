const PIXELS = 4u;
const STRIDE = 2u;
const WIDTH = 7u;

// #include "integer-row.wgsl"
