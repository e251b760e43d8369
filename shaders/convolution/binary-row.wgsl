const PIXELS = 4u;
const STRIDE = 1u;

// #include "convolution.wgsl"
// #include "tile-row.wgsl"
// #include "binary.wgsl"
// #include "entry-points.wgsl"
// #include "carry-save-adders.wgsl"

// 3×3 kernels for PIXELS neighbours of an output row, whose windows are STRIDE apart: columns that windows share are read
// once, and the nine taps are added in carry-save form.

struct InputPixels {
  inside: array<bool, WINDOW_PIXELS>,
  start: array<u32, WINDOW_PIXELS>,
}

fn inputPixelsOf(tile: Tile) -> InputPixels {
  var pixels: InputPixels;
  // #unroll
  for (var index = 0u; index < WINDOW_PIXELS; index++) {
    let y = tile.y + i32(index / WINDOW_COLUMNS);
    let x = tile.x + i32(index % WINDOW_COLUMNS);
    let inputPixel = inputPixelAt(tile.image, y, x, tile.width > 0u);
    pixels.inside[index] = inputPixel.inside;
    pixels.start[index] = inputPixel.start;
  }
  return pixels;
}

fn inputWords(pixels: InputPixels, word: u32) -> array<vec2<u32>, WINDOW_PIXELS> {
  var bits: array<vec2<u32>, WINDOW_PIXELS>;
  // #unroll
  for (var index = 0u; index < WINDOW_PIXELS; index++) {
    bits[index] = inputBits(pixels.start[index] + word, pixels.inside[index]);
  }
  return bits;
}

// The number of set bits in nine words: four popcounts instead of nine.
fn countBits(sum: WindowSum) -> vec4<u32> {
  let fours = countOneBits(sum.fours) + countOneBits(sum.moreTwos & sum.twos);
  return countOneBits(sum.ones) + 2u * countOneBits(sum.moreTwos ^ sum.twos) + 4u * fours;
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  // One for each pixel and plane.
  var counts: array<array<vec4<u32>, 2>, PIXELS>;
  // Σ code of each input column.
  var columnSums: array<u32, WINDOW_COLUMNS>;
  let pixels = inputPixelsOf(tile);
  for (var word = 0u; word < shape.inputDepth; word++) {
    let weight = weightsOf(word, tile.block);
    let bits = inputWords(pixels, word);
    // #unroll
    for (var column = 0u; column < WINDOW_COLUMNS; column++) {
      let top = bits[column].xyxy;
      let middle = bits[column + WINDOW_COLUMNS].xyxy;
      let added = fullAdd(top, middle, bits[column + 2u * WINDOW_COLUMNS].xyxy);
      columnSums[column] += codeSum(added.sum.xy) + 2u * codeSum(added.carry.xy);
    }
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      // #unroll
      for (var plane = 0u; plane < 2u; plane++) {
        counts[p][plane] += countBits(windowSum(weight, bits, STRIDE * p, plane));
      }
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    let sumOfCodes = columnSums[STRIDE * p] + columnSums[STRIDE * p + 1u] + columnSums[STRIDE * p + 2u];
    sums[p] = vec4<i32>(2u * counts[p][0] + 4u * counts[p][1]) - vec4<i32>(i32(sumOfCodes));
  }
  return sums;
}
