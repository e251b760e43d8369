// #include "convolution.wgsl"
// #include "split-k.wgsl"
// #include "integer-quads.wgsl"
// #include "reduced-limbs.wgsl"
// #include "pixel-entry-points.wgsl"

alias Reduced = vec4<i32>;
alias Partial = Limbs;

fn weightIndex(index: u32, block: u32) -> u32 {
  return firstWeight(block) + index * quadSize();
}

fn addRun(sum: ptr<function, Partial>, run: Run) {
  var index = run.first;
  var weight = run.weight;
  for (var turn = 0u; turn < MANY; turn++) {
    if (index >= run.end) {
      break;
    }
    *sum = addQuad(*sum, valuesOf(input[run.start + index]), weight);
    index += i32(slices);
    weight += slices * quadSize();
  }
}

fn accumulate(pixel: Pixel, local: u32) -> array<Sum, BLOCKS> {
  return array<Sum, BLOCKS>(combined(reducedLimbs(accumulateSlice(pixel), local)));
}
