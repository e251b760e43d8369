// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-row.wgsl"
// #include "binary.wgsl"
// #include "store-codes.wgsl"
// #include "store-floats.wgsl"
// #include "convolution-outputs.wgsl"
// #include "carry-save.wgsl"

// 3×3 kernels of PIXELS neighbours, STRIDE apart: the windows' common columns are read once, and nine taps are added in
// carry-save form. The including file says how the input's places become words: `inputPlaces` and `inputWords`.

const COLUMNS = STRIDE * PIXELS - STRIDE + 3u;
const PLACES = 3u * COLUMNS;

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  // Of the low plane and of the high one.
  var counts: array<array<vec4<u32>, 2>, PIXELS>;
  // Σ code of each column of the input.
  var totals: array<u32, COLUMNS>;
  let places = inputPlaces(tile, local);
  let words = shape.inputDepth;
  let quads = shape.quads;
  for (var word = 0u; word < words; word++) {
    var weight: array<vec4<u32>, 9>;
    // #unroll
    for (var tap = 0u; tap < 9u; tap++) {
      weight[tap] = weights[(tap * words + word) * quads + tile.quad];
    }
    let bits = inputWords(places, word);
    // #unroll
    for (var column = 0u; column < COLUMNS; column++) {
      let added = fullAdd2(bits[column], bits[column + COLUMNS], bits[column + 2u * COLUMNS]);
      totals[column] += total(added.sum) + 2u * total(added.carry);
    }
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      // #unroll
      for (var plane = 0u; plane < 2u; plane++) {
        counts[p][plane] += count9(
          weight[0] & vec4<u32>(bits[STRIDE * p][plane]),
          weight[1] & vec4<u32>(bits[STRIDE * p + 1u][plane]),
          weight[2] & vec4<u32>(bits[STRIDE * p + 2u][plane]),
          weight[3] & vec4<u32>(bits[STRIDE * p + COLUMNS][plane]),
          weight[4] & vec4<u32>(bits[STRIDE * p + COLUMNS + 1u][plane]),
          weight[5] & vec4<u32>(bits[STRIDE * p + COLUMNS + 2u][plane]),
          weight[6] & vec4<u32>(bits[STRIDE * p + 2u * COLUMNS][plane]),
          weight[7] & vec4<u32>(bits[STRIDE * p + 2u * COLUMNS + 1u][plane]),
          weight[8] & vec4<u32>(bits[STRIDE * p + 2u * COLUMNS + 2u][plane]),
        );
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
