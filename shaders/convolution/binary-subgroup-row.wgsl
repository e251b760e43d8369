enable subgroups;

const PIXELS = 7u;
const STRIDE = 1u;

// #include "convolution.wgsl"
// #include "tile-row.wgsl"
// #include "binary.wgsl"
// #include "entry-points.wgsl"
// #include "carry-save-adders.wgsl"

// 3×3 kernels for PIXELS neighbours of an output row, whose windows are STRIDE apart. Four neighbouring threads (a quad)
// compute four blocks of the same windows: each reads a quarter of the input pixels, READS, and broadcasts them to the
// other three. The number of blocks must be a multiple of four. Each iteration adds both planes of two words in
// carry-save form before it counts bits.

const READS = (WINDOW_PIXELS + 3u) / 4u;

struct InputPixels {
  inside: array<bool, READS>,
  start: array<u32, READS>,
}

fn inputPixelsOf(tile: Tile, local: u32) -> InputPixels {
  var pixels: InputPixels;
  // #unroll
  for (var r = 0u; r < READS; r++) {
    let index = r * 4u + local % 4u;
    let y = tile.y + i32(index / WINDOW_COLUMNS);
    let x = tile.x + i32(index % WINDOW_COLUMNS);
    let inputPixel = inputPixelAt(tile.image, y, x, tile.width > 0u && index < WINDOW_PIXELS);
    pixels.inside[r] = inputPixel.inside;
    pixels.start[r] = inputPixel.start;
  }
  return pixels;
}

// The words that this thread reads.
fn inputWords(pixels: InputPixels, word: u32, isNeeded: bool) -> array<vec2<u32>, READS> {
  var words: array<vec2<u32>, READS>;
  // #unroll
  for (var r = 0u; r < READS; r++) {
    words[r] = inputBits(pixels.start[r] + word, pixels.inside[r] & isNeeded);
  }
  return words;
}

// The words that the four threads have read.
fn broadcast(words: array<vec2<u32>, READS>) -> array<vec2<u32>, WINDOW_PIXELS> {
  var bits: array<vec2<u32>, WINDOW_PIXELS>;
  // #unroll
  for (var index = 0u; index < WINDOW_PIXELS; index++) {
    bits[index] = quadBroadcast(words[index / 4u], index % 4u);
  }
  return bits;
}

// An addition instead of a multiplication: SwiftShader adds faster.
fn twice(x: vec4<u32>) -> vec4<u32> {
  return x + x;
}

// low + nextLow + 2 · (high + nextHigh): 30 full adders and six popcounts for 36 words.
fn countBits(low: WindowSum, nextLow: WindowSum, high: WindowSum, nextHigh: WindowSum) -> vec4<u32> {
  let ones = low.ones ^ nextLow.ones;
  let a = fullAdd(low.ones & nextLow.ones, low.twos, low.moreTwos);
  let b = fullAdd(nextLow.twos, nextLow.moreTwos, high.ones);
  let twos = fullAdd(a.sum, b.sum, nextHigh.ones);
  let c = fullAdd(a.carry, b.carry, twos.carry);
  let d = fullAdd(low.fours, nextLow.fours, high.twos);
  let e = fullAdd(high.moreTwos, nextHigh.twos, nextHigh.moreTwos);
  let fours = fullAdd(c.sum, d.sum, e.sum);
  let f = fullAdd(c.carry, d.carry, e.carry);
  let g = fullAdd(fours.carry, high.fours, nextHigh.fours);
  let sixteens = fullAdd(f.sum & g.sum, f.carry, g.carry);
  let thirtyTwos = countOneBits(sixteens.carry);
  let eights = countOneBits(f.sum ^ g.sum) + twice(countOneBits(sixteens.sum) + twice(thirtyTwos));
  return countOneBits(ones) + twice(countOneBits(twos.sum) + twice(countOneBits(fours.sum) + twice(eights)));
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var counts: array<vec4<u32>, PIXELS>;
  // Σ code of each input pixel that this thread reads.
  var codeSums: array<u32, READS>;
  let pixels = inputPixelsOf(tile, local);
  // The condition is at the end: SwiftShader runs an extra iteration of a loop that tests at the start.
  var word = 0u;
  loop {
    // If the number of words is odd, the last one is paired with bits that are all 0, so the weights there do not matter.
    let words = inputWords(pixels, word, true);
    let nextWords = inputWords(pixels, word + 1u, word + 1u < shape.inputDepth);
    // #unroll
    for (var r = 0u; r < READS; r++) {
      codeSums[r] += codeSum(words[r]) + codeSum(nextWords[r]);
    }
    let bits = broadcast(words);
    let nextBits = broadcast(nextWords);
    let weight = weightsOf(word, tile.block);
    let nextWeight = weightsOf(word + 1u, tile.block);
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      counts[p] += countBits(
        windowSum(weight, bits, STRIDE * p, 0u),
        windowSum(nextWeight, nextBits, STRIDE * p, 0u),
        windowSum(weight, bits, STRIDE * p, 1u),
        windowSum(nextWeight, nextBits, STRIDE * p, 1u),
      );
    }
    continuing {
      word += 2u;
      break if word >= shape.inputDepth;
    }
  }
  var columnSums: array<u32, WINDOW_COLUMNS>;
  // #unroll
  for (var index = 0u; index < WINDOW_PIXELS; index++) {
    columnSums[index % WINDOW_COLUMNS] += quadBroadcast(codeSums[index / 4u], index % 4u);
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    let sumOfCodes = columnSums[STRIDE * p] + columnSums[STRIDE * p + 1u] + columnSums[STRIDE * p + 2u];
    sums[p] = vec4<i32>(2u * counts[p]) - vec4<i32>(i32(sumOfCodes));
  }
  return sums;
}
