// Blocks of four output channels that a thread computes.
const BLOCKS = 2u;

// #include "convolution.wgsl"
// #include "pixel.wgsl"
// #include "level.wgsl"
// #include "pixel-entry-points.wgsl"

// [tap][word][column]
@group(0) @binding(3) var<storage, read> weights: array<array<vec4<u32>, BLOCKS>>;
// [word][column]: a bit for each input channel that the output channels read
@group(0) @binding(8) var<storage, read> members: array<array<vec4<u32>, BLOCKS>>;

fn accumulate(pixel: Pixel, local: u32) -> array<Sum, BLOCKS> {
  var limbSums: array<Limbs, BLOCKS>;
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
          let member = members[word * columns + pixel.column];
          for (var index = 0u; index < termCount; index++) {
            let term = terms[index];
            let bits = planeProduct(u32(term.x), u32(start) + word * planes);
            // #unroll
            for (var b = 0u; b < BLOCKS; b++) {
              limbSums[b] = addTerm(limbSums[b], signedCount(weight[b], member[b] & vec4<u32>(bits)), term);
            }
          }
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
    sums[b] = combined(limbSums[b]);
  }
  return sums;
}
