// #include "dispatch.wgsl"

struct Batch {
  // Images of this run.
  size: u32,
}

@group(0) @binding(0) var<uniform> batch: Batch;
