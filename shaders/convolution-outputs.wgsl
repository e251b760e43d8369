// #include "store-codes.wgsl"
// #include "store-floats.wgsl"
// #include "stores.wgsl"

// The two ways out of a convolution. The including file defines `Sum` (four channels of an accumulator), `accumulate`,
// `thresholdOf`, `exceeds` and `floatOf`, and how many PIXELS a tile has.

@compute @workgroup_size(64)
fn toCodes(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = tileOf(threadIndex(group, groups, local));
  storeCodes(tile, accumulate(tile, local));
}

@compute @workgroup_size(64)
fn toFloats(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = tileOf(threadIndex(group, groups, local));
  storeFloats(tile, accumulate(tile, local));
}
