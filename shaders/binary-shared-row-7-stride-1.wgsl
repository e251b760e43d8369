enable subgroups;

const PIXELS = 7u;
const STRIDE = 1u;
const SHARED = 7u;

// #include "binary-shared-row.wgsl"
