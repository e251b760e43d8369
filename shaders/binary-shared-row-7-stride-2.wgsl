enable subgroups;

const PIXELS = 7u;
const STRIDE = 2u;
const SHARED = 12u;

// #include "binary-shared-row.wgsl"
