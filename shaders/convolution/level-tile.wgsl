// #include "convolution.wgsl"
// #include "tile-linear.wgsl"
// #include "entry-points.wgsl"
// #include "level.wgsl"

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var limbSums: array<Limbs, PIXELS>;
  let words = shape.inputDepth;
  var weightIndex = tile.block;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var word = 0u; word < words; word++) {
        let weight = weights[weightIndex];
        weightIndex += shape.blocks;
        let member = members[word * shape.blocks + tile.block];
        for (var index = 0u; index < termCount; index++) {
          let term = terms[index];
          // #unroll
          for (var p = 0u; p < PIXELS; p++) {
            let bits = planeProduct(u32(term.x), tap.start[p] + word * planes, tap.inside[p]);
            limbSums[p] = addTerm(limbSums[p], signedCount(weight, member & vec4<u32>(bits)), term);
          }
        }
      }
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    sums[p] = combined(limbSums[p]);
  }
  return sums;
}
