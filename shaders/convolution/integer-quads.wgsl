// #include "integer.wgsl"

// Sums of products of quads, for layers with any number of input channels.

// Index of the first weight of a block.
fn firstWeight(block: u32) -> u32 {
  return block / BLOCKS * limbs * limbSize() + block % BLOCKS;
}

fn limbSize() -> u32 {
  return shape.kernelHeight * shape.kernelWidth * quadSize() * shape.inputDepth;
}

fn quadSize() -> u32 {
  return channels * BLOCKS;
}

// Adds the products of a quad to the limb sums of four output channels. `weight` is the index of the first weight.
fn addQuad(sums: Limbs, values: vec4<f32>, weight: u32) -> Limbs {
  var next = sums;
  next.first += quadProduct(values, weight);
  if (limbs > 1u) {
    next.second += quadProduct(values, weight + limbSize());
  }
  if (limbs > 2u) {
    next.third += quadProduct(values, weight + 2u * limbSize());
  }
  return next;
}

// Σ weight · value, exact in float32: four products of 9 and 13 bits.
fn quadProduct(values: vec4<f32>, weight: u32) -> vec4<i32> {
  var sum: vec4<f32>;
  // #unroll
  for (var c = 0u; c < 4u; c++) {
    if (c < channels) {
      sum += weights[weight + c * BLOCKS] * values[c];
    }
  }
  return vec4<i32>(sum);
}
