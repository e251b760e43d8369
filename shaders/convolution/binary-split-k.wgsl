// #include "convolution.wgsl"
// #include "tile-split-k.wgsl"
// #include "binary.wgsl"
// #include "entry-points.wgsl"

alias Partial = Sum;

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var low = vec4<u32>();
  var high = vec4<u32>();
  var sumOfCodes = 0u;
  let words = shape.inputDepth;
  let length = shape.kernelHeight * shape.kernelWidth * words;
  for (var index = tile.slice; index < length; index += slices) {
    let inputPixel = inputPixelOfTap(tile, index / words);
    let bits = inputBits(inputPixel.start + index % words, inputPixel.inside);
    let weight = weights[index * shape.blocks + tile.block];
    low += countOneBits(weight & vec4<u32>(bits.x));
    high += countOneBits(weight & vec4<u32>(bits.y));
    sumOfCodes += codeSum(bits);
  }
  let sum = vec4<i32>(2u * low + 4u * high) - vec4<i32>(i32(sumOfCodes));
  return array<Sum, PIXELS>(reduced(sum, local));
}
