const PIXELS = 4u;
const STRIDE = 2u;

// #include "row-reads.wgsl"
// #include "binary-row.wgsl"
