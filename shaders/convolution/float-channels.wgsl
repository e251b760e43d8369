// Blocks of four output channels that a thread computes.
const BLOCKS = 4u;

// #include "convolution.wgsl"
// #include "pixel.wgsl"
// #include "float.wgsl"
// #include "pixel-entry-points.wgsl"

// [tap][channel][column]
@group(0) @binding(3) var<storage, read> weights: array<array<vec4<f32>, BLOCKS>>;

fn accumulate(pixel: Pixel, local: u32) -> array<Sum, BLOCKS> {
  var sums: array<Sum, BLOCKS>;
  let depth = shape.inputDepth;
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
        for (var channel = 0u; channel < MANY; channel++) {
          if (channel >= depth) {
            break;
          }
          let weight = weights[weightIndex + channel * columns];
          let value = input[u32(start) + channel];
          // #unroll
          for (var b = 0u; b < BLOCKS; b++) {
            sums[b] += weight[b] * value;
          }
        }
      }
      weightIndex += depth * columns;
      x += shape.dilationX;
      start += stepX;
    }
    y += shape.dilationY;
    rowStart += stepY;
  }
  return sums;
}
