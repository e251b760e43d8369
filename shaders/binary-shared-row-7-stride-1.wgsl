enable subgroups;

const PIXELS = 7u;
const STRIDE = 1u;
const SHARED = 7u;

// #include "row-shares.wgsl"
// #include "stores-looped.wgsl"
// #include "binary-row.wgsl"
