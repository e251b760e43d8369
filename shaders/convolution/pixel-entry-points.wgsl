// #include "../epilogue/sum-planes.wgsl"
// #include "../epilogue/value-planes.wgsl"
// #include "../epilogue/store-planes.wgsl"

// The entry points of a convolution, one for each epilogue. The including file defines `Sum` (accumulators of four
// channels) with the functions of its epilogues, `pixelOf`, and `accumulate`.

@compute @workgroup_size(64)
fn toCodes(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let pixel = pixelOf(group.y * groups.x + group.x, local);
  let sums = accumulate(pixel, local);
  if (pixel.stores) {
    var planes: vec4<u32>;
    // #unroll
    for (var b = 0u; b < BLOCKS; b++) {
      planes |= planesOfSum(sums[b], pixel.block + b) << vec4<u32>(4u * b);
    }
    storePlanes(pixel.index, pixel.block, planes);
  }
}

@compute @workgroup_size(64)
fn toFloats(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let pixel = pixelOf(group.y * groups.x + group.x, local);
  let sums = accumulate(pixel, local);
  if (pixel.stores) {
    var planes: vec4<u32>;
    // #unroll
    for (var b = 0u; b < BLOCKS; b++) {
      planes |= storeValues(pixel.index, pixel.block + b, floatOf(sums[b])) << vec4<u32>(4u * b);
    }
    if (makesCodes) {
      storePlanes(pixel.index, pixel.block, planes);
    }
  }
}
