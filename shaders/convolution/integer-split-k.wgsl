// #include "convolution.wgsl"
// #include "tile-split-k.wgsl"
// #include "entry-points.wgsl"
// #include "limb-sums.wgsl"
// #include "integer.wgsl"

alias Partial = vec4<i32>;

fn accumulateLimb(tile: Tile, local: u32, limb: u32) -> array<vec4<i32>, PIXELS> {
  var sum = vec4<i32>();
  let depth = shape.inputDepth;
  let length = shape.kernelHeight * shape.kernelWidth * depth;
  let first = firstWeight(limb, tile.block);
  for (var index = tile.slice; index < length; index += slices) {
    let inputPixel = inputPixelOfTap(tile, index / depth);
    let x = select(0, input[inputPixel.start + index % depth], inputPixel.inside);
    sum += x * weightAt(first + index * shape.blocks);
  }
  workgroupBarrier();
  return array<vec4<i32>, PIXELS>(reduced(sum, local));
}
