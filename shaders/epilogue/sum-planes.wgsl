// #include "planes.wgsl"

// The codes of accumulators. The including file defines `Sum` (accumulators of four channels), `thresholdOf`, `exceeds`, and
// `selected`.

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
