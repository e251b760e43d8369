const PIXELS = 4u;
const STRIDE = 4u;
const WIDTH = 11u;

// #include "integer-row.wgsl"
