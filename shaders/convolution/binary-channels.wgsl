// Blocks of four output channels that a thread computes.
const BLOCKS = 4u;

// #include "convolution.wgsl"
// #include "pixel.wgsl"
// #include "binary.wgsl"
// #include "pixel-entry-points.wgsl"

// One popcount for each word and bit plane.

// [tap][word][column]
@group(0) @binding(3) var<storage, read> weights: array<array<vec4<u32>, BLOCKS>>;

fn accumulate(pixel: Pixel, local: u32) -> array<Sum, BLOCKS> {
  var low: array<vec4<u32>, BLOCKS>;
  var high: array<vec4<u32>, BLOCKS>;
  var codeTotal = 0u;
  let words = shape.inputDepth;
  let columns = shape.blocks / BLOCKS;
  let stepX = shape.dilationX * i32(shape.inputStride);
  let stepY = shape.dilationY * shape.inputWidth * i32(shape.inputStride);
  var weightIndex = pixel.column;
  var y = pixel.y;
  var rowStart = pixel.start;
  for (var row = 0u; row < MANY; row++) {
    if (row >= shape.kernelHeight) {
      break;
    }
    let insideRow = pixel.stores && y >= 0 && y < shape.inputHeight;
    var x = pixel.x;
    var start = rowStart;
    for (var column = 0u; column < MANY; column++) {
      if (column >= shape.kernelWidth) {
        break;
      }
      if (insideRow && x >= 0 && x < shape.inputWidth) {
        for (var word = 0u; word < MANY; word++) {
          if (word >= words) {
            break;
          }
          let weight = weights[weightIndex + word * columns];
          let bits = input[u32(start) + word];
          // #unroll
          for (var b = 0u; b < BLOCKS; b++) {
            low[b] += countOneBits(weight[b] & vec4<u32>(bits.x));
            high[b] += countOneBits(weight[b] & vec4<u32>(bits.y));
          }
          codeTotal += codeSum(bits);
        }
      }
      weightIndex += words * columns;
      x += shape.dilationX;
      start += stepX;
    }
    y += shape.dilationY;
    rowStart += stepY;
  }
  var sums: array<Sum, BLOCKS>;
  // #unroll
  for (var b = 0u; b < BLOCKS; b++) {
    sums[b] = vec4<i32>(((high[b] << vec4<u32>(1u)) + low[b]) << vec4<u32>(1u)) - vec4<i32>(i32(codeTotal));
  }
  return sums;
}
