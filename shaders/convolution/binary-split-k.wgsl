// #include "convolution.wgsl"
// #include "split-k.wgsl"
// #include "binary.wgsl"
// #include "pixel-entry-points.wgsl"

// [pixel][word], both planes of a word in one vector
@group(0) @binding(2) var<storage, read> input: array<vec2<u32>>;
// [tap][word][block], four output channels in one vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<u32>>;

alias Reduced = Sum;

struct Partial {
  low: vec4<u32>,
  high: vec4<u32>,
  codeTotal: u32,
}

fn weightIndex(index: u32, block: u32) -> u32 {
  return index * shape.blocks + block;
}

fn addRun(sum: ptr<function, Partial>, run: Run) {
  var index = run.first;
  var weightIndex = run.weight;
  for (var turn = 0u; turn < MANY; turn++) {
    if (index >= run.end) {
      break;
    }
    let bits = input[run.start + index];
    let weight = weights[weightIndex];
    (*sum).low += countOneBits(weight & vec4<u32>(bits.x));
    (*sum).high += countOneBits(weight & vec4<u32>(bits.y));
    (*sum).codeTotal += codeSum(bits);
    index += i32(slices);
    weightIndex += slices * shape.blocks;
  }
}

fn accumulate(pixel: Pixel, local: u32) -> array<Sum, BLOCKS> {
  let slice = accumulateSlice(pixel);
  let sum = vec4<i32>(2u * slice.low + 4u * slice.high) - vec4<i32>(i32(slice.codeTotal));
  return array<Sum, BLOCKS>(reduced(sum, local));
}
