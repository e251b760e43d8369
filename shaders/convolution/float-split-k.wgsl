// #include "convolution.wgsl"
// #include "tile-split-k.wgsl"
// #include "float.wgsl"
// #include "entry-points.wgsl"

alias Partial = Sum;

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var sum = vec4<f32>();
  let depth = shape.inputDepth;
  let length = shape.kernelHeight * shape.kernelWidth * depth;
  for (var index = tile.slice; index < length; index += slices) {
    let inputPixel = inputPixelOfTap(tile, index / depth);
    let x = select(0.0, input[inputPixel.start + index % depth], inputPixel.inside);
    sum += x * weights[index * shape.blocks + tile.block];
  }
  return array<Sum, PIXELS>(reduced(sum, local));
}
