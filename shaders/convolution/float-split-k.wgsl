// #include "convolution.wgsl"
// #include "split-k.wgsl"
// #include "float.wgsl"
// #include "pixel-entry-points.wgsl"

// [tap][channel][block], four output channels in one vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;

alias Reduced = Sum;
alias Partial = Sum;

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
    *sum += weights[weightIndex] * input[run.start + index];
    index += i32(slices);
    weightIndex += slices * shape.blocks;
  }
}

fn accumulate(pixel: Pixel, local: u32) -> array<Sum, BLOCKS> {
  return array<Sum, BLOCKS>(reduced(accumulateSlice(pixel), local));
}
