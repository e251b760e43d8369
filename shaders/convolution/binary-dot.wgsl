// #include "convolution.wgsl"
// #include "tile-linear.wgsl"
// #include "binary.wgsl"
// #include "entry-points.wgsl"

// Unpacks codes and weight bits to bytes and multiplies four channels with each `dot4U8Packed`, for GPUs that multiply
// bytes faster than they count bits.

const LOWEST_BITS = 0x01010101u;

// Σ weight bit · code over four input channels, for each output channel of a block.
fn products(weightBits: vec4<u32>, fourCodes: u32) -> vec4<u32> {
  return vec4<u32>(
    dot4U8Packed(weightBits.x, fourCodes),
    dot4U8Packed(weightBits.y, fourCodes),
    dot4U8Packed(weightBits.z, fourCodes),
    dot4U8Packed(weightBits.w, fourCodes),
  );
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var positive: array<vec4<u32>, PIXELS>;
  var codeSums: array<u32, PIXELS>;
  let words = shape.inputDepth;
  let blocks = shape.blocks;
  var weightIndex = tile.block;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var word = 0u; word < words; word++) {
        let weight = weights[weightIndex];
        weightIndex += blocks;
        var bits: array<vec2<u32>, PIXELS>;
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          bits[p] = inputBits(tap.start[p] + word, tap.inside[p]);
          codeSums[p] += codeSum(bits[p]);
        }
        // Channels i, i + 8, i + 16 and i + 24 of the word.
        for (var i = 0u; i < 8u; i++) {
          let weightBits = (weight >> vec4<u32>(i)) & vec4<u32>(LOWEST_BITS);
          // #unroll
          for (var p = 0u; p < PIXELS; p++) {
            let planes = (bits[p] >> vec2<u32>(i)) & vec2<u32>(LOWEST_BITS);
            positive[p] += products(weightBits, planes.x | (planes.y << 1u));
          }
        }
      }
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    sums[p] = vec4<i32>(2u * positive[p]) - vec4<i32>(i32(codeSums[p]));
  }
  return sums;
}
