// #include "store-codes.wgsl"
// #include "store-floats.wgsl"

// The two ways out of a convolution. The including file defines `Sum` (four channels of an accumulator), `accumulate`,
// `thresholdOf`, `exceeds` and `floatOf`, and how many PIXELS a tile has.

@compute @workgroup_size(64)
fn toCodes(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = tileOf(threadIndex(group, groups, local));
  storeCodes(tile, codesOf(tile, accumulate(tile, local)));
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

fn codesOf(tile: Tile, sums: array<Sum, PIXELS>) -> array<vec4<u32>, PIXELS> {
  var all: array<vec4<u32>, PIXELS>;
  // It has at least one turn: a loop that asks before the first costs SwiftShader a turn more.
  var index = 0u;
  loop {
    // Read once for all pixels.
    let threshold = thresholdOf(index, tile.quad);
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      all[p] = raised(all[p], exceeds(sums[p], threshold));
    }
    continuing {
      index++;
      break if index >= thresholdCount;
    }
  }
  return all;
}
