// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-row.wgsl"
// #include "binary.wgsl"
// #include "convolution-outputs.wgsl"
// #include "carry-save.wgsl"

// 3×3 kernels of PIXELS neighbours, STRIDE apart: the windows' common columns are read once, and nine taps are added in
// carry-save form.

struct Places {
  inside: array<bool, PLACES>,
  start: array<u32, PLACES>,
}

fn inputPlaces(tile: Tile) -> Places {
  var places: Places;
  // #unroll
  for (var index = 0u; index < PLACES; index++) {
    let y = tile.y + i32(index / COLUMNS);
    let place = placeOf(tile.image, y, tile.x + i32(index % COLUMNS), tile.width > 0u);
    places.inside[index] = place.inside;
    places.start[index] = place.start;
  }
  return places;
}

fn inputWords(places: Places, word: u32) -> array<vec2<u32>, PLACES> {
  var bits: array<vec2<u32>, PLACES>;
  // #unroll
  for (var index = 0u; index < PLACES; index++) {
    bits[index] = loaded(places.start[index] + word, places.inside[index]);
  }
  return bits;
}

// How many bits nine words have: four popcounts instead of nine.
fn countNine(nine: Nine) -> vec4<u32> {
  let fours = countOneBits(nine.fours) + countOneBits(nine.moreTwos & nine.twos);
  return countOneBits(nine.ones) + 2u * countOneBits(nine.moreTwos ^ nine.twos) + 4u * fours;
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  // Of the low plane and of the high one.
  var counts: array<array<vec4<u32>, 2>, PIXELS>;
  // Σ code of each column of the input.
  var totals: array<u32, COLUMNS>;
  let places = inputPlaces(tile);
  for (var word = 0u; word < shape.inputDepth; word++) {
    let weight = weightsOf(word, tile.quad);
    let bits = inputWords(places, word);
    // #unroll
    for (var column = 0u; column < COLUMNS; column++) {
      let added = fullAdd(bits[column].xyxy, bits[column + COLUMNS].xyxy, bits[column + 2u * COLUMNS].xyxy);
      totals[column] += total(added.sum.xy) + 2u * total(added.carry.xy);
    }
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      // #unroll
      for (var plane = 0u; plane < 2u; plane++) {
        counts[p][plane] += countNine(nineOf(weight, bits, STRIDE * p, plane));
      }
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    let all = totals[STRIDE * p] + totals[STRIDE * p + 1u] + totals[STRIDE * p + 2u];
    sums[p] = vec4<i32>(2u * counts[p][0] + 4u * counts[p][1]) - vec4<i32>(i32(all));
  }
  return sums;
}
