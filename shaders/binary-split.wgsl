// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-split.wgsl"
// #include "binary.wgsl"
// #include "convolution-outputs.wgsl"

alias Share = Sum;

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var low = vec4<u32>();
  var high = vec4<u32>();
  var all = 0u;
  let words = shape.inputDepth;
  let length = shape.kernelHeight * shape.kernelWidth * words;
  for (var index = tile.part; index < length; index += parts) {
    let place = placeOfTap(tile, index / words);
    let bits = loaded(place.start + index % words, place.inside);
    let weight = weights[index * shape.quads + tile.quad];
    low += countOneBits(weight & vec4<u32>(bits.x));
    high += countOneBits(weight & vec4<u32>(bits.y));
    all += total(bits);
  }
  let sum = vec4<i32>(2u * low + 4u * high) - vec4<i32>(i32(all));
  return array<Sum, PIXELS>(joined(sum, local));
}
