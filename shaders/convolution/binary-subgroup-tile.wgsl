enable subgroups;

const PIXELS = 8u;

// #include "convolution.wgsl"
// #include "tile-subgroup.wgsl"
// #include "binary.wgsl"
// #include "entry-points.wgsl"

// One popcount for each word and bit plane; a quad of threads shares its reads.

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var low: array<vec4<u32>, PIXELS>;
  var high: array<vec4<u32>, PIXELS>;
  // Σ code of each pixel that this thread reads.
  var codeSums: array<u32, READS>;
  let words = shape.inputDepth;
  let blocks = shape.blocks;
  var weightIndex = tile.block;
  // The condition is at the end: SwiftShader runs an extra iteration of a loop that tests at the start.
  var row = 0u;
  loop {
    var column = 0u;
    loop {
      let tap = tapOf(tile, row, column);
      var word = 0u;
      loop {
        let weight = weights[weightIndex];
        weightIndex += blocks;
        var inputs: array<vec2<u32>, READS>;
        // #unroll
        for (var r = 0u; r < READS; r++) {
          inputs[r] = inputBits(tap[r].start + word, tap[r].inside);
          codeSums[r] += codeSum(inputs[r]);
        }
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          let bits = quadBroadcast(inputs[p / 4u], p % 4u);
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
    sums[p] = vec4<i32>(2u * low[p] + 4u * high[p]) - vec4<i32>(i32(quadBroadcast(codeSums[p / 4u], p % 4u)));
  }
  return sums;
}
