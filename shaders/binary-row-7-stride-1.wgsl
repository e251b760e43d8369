const PIXELS = 7u;
const STRIDE = 1u;

// #include "row-reads.wgsl"
// #include "stores-unrolled.wgsl"
// #include "binary-row.wgsl"
