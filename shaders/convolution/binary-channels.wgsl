// Code shared by the two forms of the kernel whose threads compute BLOCKS blocks of channels: one reads a word of a pixel
// at a time, the other two. The including file defines `Read`, its WORDS words, and `addRead`.

// #include "convolution.wgsl"
// #include "pixel.wgsl"
// #include "binary.wgsl"
// #include "pixel-entry-points.wgsl"

// [pixel][read]
@group(0) @binding(2) var<storage, read> input: array<Read>;
// [tap][word][column]
@group(0) @binding(3) var<storage, read> weights: array<array<vec4<u32>, BLOCKS>>;

struct Counts {
  low: array<vec4<u32>, BLOCKS>,
  high: array<vec4<u32>, BLOCKS>,
  codeTotal: u32,
}

fn addWord(counts: ptr<function, Counts>, weightIndex: u32, bits: vec2<u32>) {
  let weight = weights[weightIndex];
  // #unroll
  for (var b = 0u; b < BLOCKS; b++) {
    (*counts).low[b] += countOneBits(weight[b] & vec4<u32>(bits.x));
    (*counts).high[b] += countOneBits(weight[b] & vec4<u32>(bits.y));
  }
  (*counts).codeTotal += codeSum(bits);
}

fn accumulate(pixel: Pixel, local: u32) -> array<Sum, BLOCKS> {
  var counts: Counts;
  let reads = shape.inputDepth;
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
        for (var read = 0u; read < MANY; read++) {
          if (read >= reads) {
            break;
          }
          addRead(&counts, weightIndex + read * WORDS * columns, columns, input[u32(start) + read]);
        }
      }
      weightIndex += reads * WORDS * columns;
      x += shape.dilationX;
      start += stepX;
    }
    y += shape.dilationY;
    rowStart += stepY;
  }
  var sums: array<Sum, BLOCKS>;
  // #unroll
  for (var b = 0u; b < BLOCKS; b++) {
    let count = (counts.high[b] << vec4<u32>(1u)) + counts.low[b];
    sums[b] = vec4<i32>(count << vec4<u32>(1u)) - vec4<i32>(i32(counts.codeTotal));
  }
  return sums;
}
