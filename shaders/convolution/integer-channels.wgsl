// Blocks of four output channels that a thread computes.
const BLOCKS = 2u;

// #include "convolution.wgsl"
// #include "pixel.wgsl"
// #include "integer-quads.wgsl"
// #include "pixel-entry-points.wgsl"

fn accumulate(pixel: Pixel, local: u32) -> array<Sum, BLOCKS> {
  var limbSums: array<Limbs, BLOCKS>;
  let quads = shape.inputDepth;
  let stepX = shape.dilationX * i32(shape.inputStride);
  let stepY = shape.dilationY * shape.inputWidth * i32(shape.inputStride);
  var weight = firstWeight(pixel.block);
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
        for (var quad = 0u; quad < MANY; quad++) {
          if (quad >= quads) {
            break;
          }
          let values = valuesOf(input[u32(start) + quad]);
          // #unroll
          for (var b = 0u; b < BLOCKS; b++) {
            limbSums[b] = addQuad(limbSums[b], values, weight + quad * quadSize() + b);
          }
        }
      }
      weight += quads * quadSize();
      x += shape.dilationX;
      start += stepX;
    }
    y += shape.dilationY;
    rowStart += stepY;
  }
  var sums: array<Sum, BLOCKS>;
  // #unroll
  for (var b = 0u; b < BLOCKS; b++) {
    sums[b] = combined(limbSums[b]);
  }
  return sums;
}
