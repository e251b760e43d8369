// #include "convolution.wgsl"
// #include "split-k.wgsl"
// #include "level.wgsl"
// #include "reduced-limbs.wgsl"
// #include "pixel-entry-points.wgsl"

// [tap][word][block], four output channels in one vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<u32>>;
// [word][block]: a bit for each input channel that the output channels read
@group(0) @binding(8) var<storage, read> members: array<vec4<u32>>;

alias Reduced = vec4<i32>;
alias Partial = Limbs;

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
    let weight = weights[weightIndex];
    let member = members[u32(index) % shape.inputDepth * shape.blocks + weightIndex % shape.blocks];
    for (var number = 0u; number < termCount; number++) {
      let term = terms[number];
      let bits = planeProduct(u32(term.x), u32(run.start + index * i32(planes)));
      *sum = addTerm(*sum, signedCount(weight, member & vec4<u32>(bits)), term);
    }
    index += i32(slices);
    weightIndex += slices * shape.blocks;
  }
}

fn accumulate(pixel: Pixel, local: u32) -> array<Sum, BLOCKS> {
  return array<Sum, BLOCKS>(combined(reducedLimbs(accumulateSlice(pixel), local)));
}
