const PIXELS = 4u;
const STRIDE = 2u;

// #include "binary-row.wgsl"
