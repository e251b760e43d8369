// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-split.wgsl"
// #include "float.wgsl"
// #include "convolution-outputs.wgsl"

alias Share = Sum;

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var sum = vec4<f32>();
  let depth = shape.inputDepth;
  let length = shape.kernelHeight * shape.kernelWidth * depth;
  for (var index = tile.part; index < length; index += parts) {
    let place = placeOfTap(tile, index / depth);
    let x = select(0.0, activations[place.start + index % depth], place.inside);
    sum += x * weights[index * shape.quads + tile.quad];
  }
  return array<Sum, PIXELS>(joined(sum, local));
}
