// #include "convolution.wgsl"
// #include "tile-linear.wgsl"
// #include "binary.wgsl"
// #include "entry-points.wgsl"

// Adds bits in carry-save form, with 32 counters side by side in each word: `ones`, `twos` and `fours` hold one bit of
// every counter, the high plane enters at the twos, and only carries out of the fours are counted with a popcount. Each
// iteration adds two words.

struct Counters {
  ones: vec4<u32>,
  twos: vec4<u32>,
  fours: vec4<u32>,
  eights: vec4<u32>,
}

fn added(counters: Counters, weight: vec4<u32>, nextWeight: vec4<u32>, bits: vec2<u32>, nextBits: vec2<u32>) -> Counters {
  let low = weight & vec4<u32>(bits.x);
  let nextLow = nextWeight & vec4<u32>(nextBits.x);
  let high = weight & vec4<u32>(bits.y);
  let nextHigh = nextWeight & vec4<u32>(nextBits.y);
  let lows = low ^ nextLow;
  let ones = counters.ones ^ lows;
  let two = (low & nextLow) | (counters.ones & lows);
  let highs = high ^ nextHigh;
  let halfTwos = counters.twos ^ highs;
  let four = (high & nextHigh) | (counters.twos & highs);
  let twos = halfTwos ^ two;
  let carriedFour = halfTwos & two;
  let halfFours = four ^ carriedFour;
  let fours = counters.fours ^ halfFours;
  let eight = (four & carriedFour) | (counters.fours & halfFours);
  return Counters(ones, twos, fours, counters.eights + countOneBits(eight));
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var counters: array<Counters, PIXELS>;
  var codeSums: array<u32, PIXELS>;
  let words = shape.inputDepth;
  let blocks = shape.blocks;
  var weightIndex = tile.block;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var word = 0u; word < words; word += 2u) {
        let isPair = word + 1u < words;
        let weight = weights[weightIndex];
        let nextWeight = weights[weightIndex + select(0u, blocks, isPair)];
        weightIndex += select(blocks, 2u * blocks, isPair);
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          let index = tap.start[p] + word;
          let bits = inputBits(index, tap.inside[p]);
          let nextBits = inputBits(index + select(0u, 1u, isPair), tap.inside[p] && isPair);
          counters[p] = added(counters[p], weight, nextWeight, bits, nextBits);
          codeSums[p] += codeSum(bits) + codeSum(nextBits);
        }
      }
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    let rest = countOneBits(counters[p].ones) + 2u * countOneBits(counters[p].twos) + 4u * countOneBits(counters[p].fours);
    sums[p] = vec4<i32>(2u * (8u * counters[p].eights + rest)) - vec4<i32>(i32(codeSums[p]));
  }
  return sums;
}
