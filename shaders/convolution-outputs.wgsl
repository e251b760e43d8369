// The two ways out of a convolution. The including file defines `Sum` (four channels of an accumulator),
// `accumulate`, `codeOf` and `floatOf`, and how many PIXELS a tile has.

@compute @workgroup_size(64)
fn toCodes(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = tileOf(threadIndex(group, groups, local));
  let sums = accumulate(tile, local);
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    if (isInside(tile, p)) {
      storeCode(tile.pixel + p, tile.quad, codeOf(sums[p], tile.quad));
    }
  }
}

@compute @workgroup_size(64)
fn toFloats(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = tileOf(threadIndex(group, groups, local));
  let sums = accumulate(tile, local);
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    if (isInside(tile, p)) {
      storeFloat(tile.pixel + p, tile.quad, floatOf(sums[p]));
    }
  }
}
