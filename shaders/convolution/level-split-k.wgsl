// #include "convolution.wgsl"
// #include "tile-split-k.wgsl"
// #include "entry-points.wgsl"
// #include "level.wgsl"

alias Partial = vec4<i32>;

// Limbs that no level has are not reduced.
fn reducedLimbs(sums: Limbs, local: u32) -> Limbs {
  var total = Limbs(reduced(sums.first, local), vec4<i32>(), vec4<i32>());
  if (limbs > 1u) {
    workgroupBarrier();
    total.second = reduced(sums.second, local);
  }
  if (limbs > 2u) {
    workgroupBarrier();
    total.third = reduced(sums.third, local);
  }
  return total;
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var sums: Limbs;
  let words = shape.inputDepth;
  let length = shape.kernelHeight * shape.kernelWidth * words;
  for (var index = tile.slice; index < length; index += slices) {
    let inputPixel = inputPixelOfTap(tile, index / words);
    let word = index % words;
    let weight = weights[index * shape.blocks + tile.block];
    let member = members[word * shape.blocks + tile.block];
    for (var number = 0u; number < termCount; number++) {
      let term = terms[number];
      let bits = planeProduct(u32(term.x), inputPixel.start + word * planes, inputPixel.inside);
      sums = addTerm(sums, signedCount(weight, member & vec4<u32>(bits)), term);
    }
  }
  return array<Sum, PIXELS>(combined(reducedLimbs(sums, local)));
}
