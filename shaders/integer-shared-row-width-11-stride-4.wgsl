enable subgroups;

const PIXELS = 8u;
const STRIDE = 4u;
const WIDTH = 11u;
const SHARED = 30u;

// #include "integer-shared-row.wgsl"
