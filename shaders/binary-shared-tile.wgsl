enable subgroups;

const PIXELS = 8u;
const OWN = 2u;

// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-shared.wgsl"
// #include "binary.wgsl"
// #include "convolution-outputs.wgsl"

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var low: array<vec4<u32>, PIXELS>;
  var high: array<vec4<u32>, PIXELS>;
  // Of the pixels that this thread reads.
  var all: array<u32, OWN>;
  let words = shape.inputDepth;
  let quads = shape.quads;
  var weightRow = tile.quad;
  // These loops have at least one turn: one that asks before the first costs SwiftShader a turn more.
  var row = 0u;
  loop {
    var column = 0u;
    loop {
      let tap = tapOf(tile, row, column);
      var word = 0u;
      loop {
        let weight = weights[weightRow];
        weightRow += quads;
        var own: array<vec2<u32>, OWN>;
        // #unroll
        for (var turn = 0u; turn < OWN; turn++) {
          own[turn] = loaded(tap[turn].start + word, tap[turn].inside);
          all[turn] += total(own[turn]);
        }
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          let bits = quadBroadcast(own[p / 4u], p % 4u);
          low[p] += countOneBits(weight & vec4<u32>(bits.x));
          high[p] += countOneBits(weight & vec4<u32>(bits.y));
        }
        continuing {
          word++;
          break if word >= words;
        }
      }
      continuing {
        column++;
        break if column >= shape.kernelWidth;
      }
    }
    continuing {
      row++;
      break if row >= shape.kernelHeight;
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    sums[p] = vec4<i32>(2u * low[p] + 4u * high[p]) - vec4<i32>(i32(quadBroadcast(all[p / 4u], p % 4u)));
  }
  return sums;
}
