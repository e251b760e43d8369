enable subgroups;

const PIXELS = 16u;
const STRIDE = 2u;
const WIDTH = 7u;
const SHARED = 28u;

// #include "integer-shared-row.wgsl"
