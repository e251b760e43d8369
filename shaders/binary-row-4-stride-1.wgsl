const PIXELS = 4u;
const STRIDE = 1u;

// #include "binary-row.wgsl"
