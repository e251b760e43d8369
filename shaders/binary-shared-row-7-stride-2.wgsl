enable subgroups;

const PIXELS = 7u;
const STRIDE = 2u;
const SHARED = 12u;

// #include "row-shares.wgsl"
// #include "stores-looped.wgsl"
// #include "binary-row.wgsl"
