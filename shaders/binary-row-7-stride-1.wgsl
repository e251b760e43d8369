const PIXELS = 7u;
const STRIDE = 1u;

// #include "binary-row.wgsl"
