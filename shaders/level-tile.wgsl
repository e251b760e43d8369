// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-scattered.wgsl"
// #include "convolution-outputs.wgsl"
// #include "level.wgsl"

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var limbSums: array<Limbs, PIXELS>;
  let words = shape.inputDepth;
  var weightRow = tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var word = 0u; word < words; word++) {
        let weight = weights[weightRow];
        weightRow += shape.quads;
        let member = members[word * shape.quads + tile.quad];
        for (var index = 0u; index < termCount; index++) {
          let term = terms[index];
          // #unroll
          for (var p = 0u; p < PIXELS; p++) {
            let bits = product(u32(term.x), tap.start[p] + word * planes, tap.inside[p]);
            limbSums[p] = added(limbSums[p], counted(weight, member & vec4<u32>(bits)), term);
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
