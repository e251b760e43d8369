// #include "../epilogue/store-codes.wgsl"
// #include "../epilogue/store-floats.wgsl"

// The entry points of a convolution, one for each epilogue. The including file defines `Sum` (accumulators of four
// channels), `accumulate`, `thresholdOf`, `exceeds`, `floatOf`, and PIXELS, the output pixels of a tile.

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
  var tileCodes: array<vec4<u32>, PIXELS>;
  // The condition is at the end: SwiftShader runs an extra iteration of a loop that tests at the start.
  var index = 0u;
  loop {
    // Read once for all pixels of the tile.
    let threshold = thresholdOf(index, tile.block);
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      tileCodes[p] = incrementWhere(tileCodes[p], exceeds(sums[p], threshold));
    }
    continuing {
      index++;
      break if index >= thresholdCount;
    }
  }
  return tileCodes;
}
