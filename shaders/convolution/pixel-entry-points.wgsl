// #include "../epilogue/value-planes.wgsl"

// The entry points of a convolution, one for each epilogue. The including file defines `Sum` (accumulators of four
// channels), `pixelOf`, `accumulate`, `thresholdOf`, `exceeds`, `selected`, and `floatOf`.

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

fn planesOfSum(sum: Sum, block: u32) -> vec4<u32> {
  if (thresholdCount == 3u) {
    // Thresholds rise, so the middle one decides which of the others sets the low bit.
    let high = exceeds(sum, thresholdOf(1u, block));
    let low = exceeds(sum, selected(thresholdOf(0u, block), thresholdOf(2u, block), high));
    return vec4<u32>(bitsWhere(low), bitsWhere(high), 0u, 0u);
  }
  var code: vec4<u32>;
  for (var index = 0u; index < thresholdCount; index++) {
    code += select(vec4<u32>(), vec4<u32>(1u), exceeds(sum, thresholdOf(index, block)));
  }
  return planesOfCodes(code);
}
