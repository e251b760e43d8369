// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-scattered.wgsl"
// #include "binary.wgsl"
// #include "convolution-outputs.wgsl"

// Bits are added in carry-save form, 32 counters side by side: `ones`, `twos` and `fours` hold a bit of each, the high
// plane enters at the twos, and only eights are counted as they leave. Two words a turn.

struct Counters {
  ones: vec4<u32>,
  twos: vec4<u32>,
  fours: vec4<u32>,
  eights: vec4<u32>,
}

fn added(counters: Counters, weight: vec4<u32>, other: vec4<u32>, bits: vec2<u32>, otherBits: vec2<u32>) -> Counters {
  let low = weight & vec4<u32>(bits.x);
  let lowOther = other & vec4<u32>(otherBits.x);
  let high = weight & vec4<u32>(bits.y);
  let highOther = other & vec4<u32>(otherBits.y);
  let lows = low ^ lowOther;
  let ones = counters.ones ^ lows;
  let two = (low & lowOther) | (counters.ones & lows);
  let highs = high ^ highOther;
  let halfTwos = counters.twos ^ highs;
  let four = (high & highOther) | (counters.twos & highs);
  let twos = halfTwos ^ two;
  let fourMore = halfTwos & two;
  let more = four ^ fourMore;
  let fours = counters.fours ^ more;
  let eight = (four & fourMore) | (counters.fours & more);
  return Counters(ones, twos, fours, counters.eights + countOneBits(eight));
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var counters: array<Counters, PIXELS>;
  var all: array<u32, PIXELS>;
  let words = shape.inputDepth;
  let quads = shape.quads;
  var weightRow = tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var word = 0u; word < words; word += 2u) {
        let isPair = word + 1u < words;
        let weight = weights[weightRow];
        let other = weights[weightRow + select(0u, quads, isPair)];
        weightRow += select(quads, 2u * quads, isPair);
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          let at = tap.start[p] + word;
          let bits = loaded(at, tap.inside[p]);
          let otherBits = loaded(at + select(0u, 1u, isPair), tap.inside[p] && isPair);
          counters[p] = added(counters[p], weight, other, bits, otherBits);
          all[p] += total(bits) + total(otherBits);
        }
      }
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    let rest = countOneBits(counters[p].ones) + 2u * countOneBits(counters[p].twos) + 4u * countOneBits(counters[p].fours);
    sums[p] = vec4<i32>(2u * (8u * counters[p].eights + rest)) - vec4<i32>(i32(all[p]));
  }
  return sums;
}
