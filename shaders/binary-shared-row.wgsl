// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-row.wgsl"
// #include "binary.wgsl"
// #include "convolution-outputs.wgsl"
// #include "carry-save.wgsl"

// 3×3 kernels of PIXELS neighbours, STRIDE apart, whose windows have PLACES together. Four neighbouring threads, of the
// same windows and four quads, read a quarter of them each, SHARED, and hand them round; the quads must be a multiple of
// four. Two words a turn are added in carry-save form, both planes of them, before bits are counted.

struct Places {
  inside: array<bool, SHARED>,
  start: array<u32, SHARED>,
}

fn inputPlaces(tile: Tile, local: u32) -> Places {
  var places: Places;
  // #unroll
  for (var turn = 0u; turn < SHARED; turn++) {
    let index = turn * 4u + local % 4u;
    let y = tile.y + i32(index / COLUMNS);
    let place = placeOf(tile.image, y, tile.x + i32(index % COLUMNS), tile.width > 0u && index < PLACES);
    places.inside[turn] = place.inside;
    places.start[turn] = place.start;
  }
  return places;
}

fn inputWords(places: Places, word: u32, isWanted: bool) -> array<vec2<u32>, SHARED> {
  var own: array<vec2<u32>, SHARED>;
  // #unroll
  for (var turn = 0u; turn < SHARED; turn++) {
    own[turn] = loaded(places.start[turn] + word, places.inside[turn] & isWanted);
  }
  return own;
}

fn handedRound(own: array<vec2<u32>, SHARED>) -> array<vec2<u32>, PLACES> {
  var bits: array<vec2<u32>, PLACES>;
  // #unroll
  for (var index = 0u; index < PLACES; index++) {
    bits[index] = quadBroadcast(own[index / 4u], index % 4u);
  }
  return bits;
}

// What a multiplication would be: SwiftShader adds sooner.
fn twice(x: vec4<u32>) -> vec4<u32> {
  return x + x;
}

// low + otherLow + 2 · (high + otherHigh): 30 full adders and six popcounts for 36 words.
fn counted(low: Nine, otherLow: Nine, high: Nine, otherHigh: Nine) -> vec4<u32> {
  let ones = low.ones ^ otherLow.ones;
  let a = fullAdd(low.ones & otherLow.ones, low.twos, low.moreTwos);
  let b = fullAdd(otherLow.twos, otherLow.moreTwos, high.ones);
  let twos = fullAdd(a.sum, b.sum, otherHigh.ones);
  let c = fullAdd(a.carry, b.carry, twos.carry);
  let d = fullAdd(low.fours, otherLow.fours, high.twos);
  let e = fullAdd(high.moreTwos, otherHigh.twos, otherHigh.moreTwos);
  let fours = fullAdd(c.sum, d.sum, e.sum);
  let f = fullAdd(c.carry, d.carry, e.carry);
  let g = fullAdd(fours.carry, high.fours, otherHigh.fours);
  let sixteens = fullAdd(f.sum & g.sum, f.carry, g.carry);
  let thirtyTwos = countOneBits(sixteens.carry);
  let eights = countOneBits(f.sum ^ g.sum) + twice(countOneBits(sixteens.sum) + twice(thirtyTwos));
  return countOneBits(ones) + twice(countOneBits(twos.sum) + twice(countOneBits(fours.sum) + twice(eights)));
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var counts: array<vec4<u32>, PIXELS>;
  // Σ code of the places that this thread reads.
  var totals: array<u32, SHARED>;
  let places = inputPlaces(tile, local);
  // It has at least one turn: a loop that asks before the first costs SwiftShader a turn more.
  var word = 0u;
  loop {
    // A last word by itself is paired with no bits, under whatever weights stand there.
    let own = inputWords(places, word, true);
    let otherOwn = inputWords(places, word + 1u, word + 1u < shape.inputDepth);
    // #unroll
    for (var turn = 0u; turn < SHARED; turn++) {
      totals[turn] += total(own[turn]) + total(otherOwn[turn]);
    }
    let bits = handedRound(own);
    let otherBits = handedRound(otherOwn);
    let weight = weightsOf(word, tile.quad);
    let otherWeight = weightsOf(word + 1u, tile.quad);
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      counts[p] += counted(
        nineOf(weight, bits, STRIDE * p, 0u),
        nineOf(otherWeight, otherBits, STRIDE * p, 0u),
        nineOf(weight, bits, STRIDE * p, 1u),
        nineOf(otherWeight, otherBits, STRIDE * p, 1u),
      );
    }
    continuing {
      word += 2u;
      break if word >= shape.inputDepth;
    }
  }
  var columns: array<u32, COLUMNS>;
  // #unroll
  for (var index = 0u; index < PLACES; index++) {
    columns[index % COLUMNS] += quadBroadcast(totals[index / 4u], index % 4u);
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    let all = columns[STRIDE * p] + columns[STRIDE * p + 1u] + columns[STRIDE * p + 2u];
    sums[p] = vec4<i32>(2u * counts[p]) - vec4<i32>(i32(all));
  }
  return sums;
}
