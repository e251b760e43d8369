const PIXELS = 4u;
const STRIDE = 1u;

// #include "row-reads.wgsl"
// #include "binary-row.wgsl"
