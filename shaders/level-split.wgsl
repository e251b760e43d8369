// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-split.wgsl"
// #include "convolution-outputs.wgsl"
// #include "level.wgsl"

alias Share = vec4<i32>;

// Limbs that no level has need no joining.
fn joinedLimbs(sums: Limbs, local: u32) -> Limbs {
  var whole = Limbs(joined(sums.first, local), vec4<i32>(), vec4<i32>());
  if (limbs > 1u) {
    workgroupBarrier();
    whole.second = joined(sums.second, local);
  }
  if (limbs > 2u) {
    workgroupBarrier();
    whole.third = joined(sums.third, local);
  }
  return whole;
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var sums: Limbs;
  let words = shape.inputDepth;
  let length = shape.kernelHeight * shape.kernelWidth * words;
  for (var index = tile.part; index < length; index += parts) {
    let place = placeOfTap(tile, index / words);
    let word = index % words;
    let weight = weights[index * shape.quads + tile.quad];
    let member = members[word * shape.quads + tile.quad];
    for (var number = 0u; number < termCount; number++) {
      let term = terms[number];
      let bits = product(u32(term.x), place.start + word * planes, place.inside);
      sums = added(sums, counted(weight, member & vec4<u32>(bits)), term);
    }
  }
  return array<Sum, PIXELS>(combined(joinedLimbs(sums, local)));
}
