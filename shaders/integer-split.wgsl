// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-split.wgsl"
// #include "convolution-outputs.wgsl"
// #include "limb-sums.wgsl"
// #include "integer.wgsl"

alias Share = vec4<i32>;

fn accumulateLimb(tile: Tile, local: u32, limb: u32) -> array<vec4<i32>, PIXELS> {
  var sum = vec4<i32>();
  let depth = shape.inputDepth;
  let length = shape.kernelHeight * shape.kernelWidth * depth;
  let first = firstWeight(limb, tile.quad);
  for (var index = tile.part; index < length; index += parts) {
    let place = placeOfTap(tile, index / depth);
    let x = select(0, activations[place.start + index % depth], place.inside);
    sum += x * weightAt(first + index * shape.quads);
  }
  workgroupBarrier();
  return array<vec4<i32>, PIXELS>(joined(sum, local));
}
