// Accumulators too large for 32 bits, in limbs of 12 bits, and the ways out of them.

// [high, low][threshold][quad]
@group(0) @binding(7) var<storage, read> thresholds: array<vec4<i32>>;

override limbs: u32 = 1u;

// high · 2^(12 · (limbs − 1)) + low, where 0 <= low < 2^(12 · (limbs − 1))
struct Sum {
  high: vec4<i32>,
  low: vec4<i32>,
}

// Puts a higher limb's sum above what the lower ones have come to; their carry goes up.
fn raise(lower: Sum, limb: vec4<i32>, lowBits: u32) -> Sum {
  // Nothing to carry; SwiftShader shifts lane by lane.
  if (limbs == 1u) {
    return Sum(limb, vec4<i32>());
  }
  let carry = lower.high >> vec4<u32>(12u);
  let rest = lower.high & vec4<i32>(4095);
  return Sum(limb + carry, (rest << vec4<u32>(lowBits)) + lower.low);
}

fn floatOf(sum: Sum) -> vec4<f32> {
  let base = f32(1u << (12u * (limbs - 1u)));
  return vec4<f32>(sum.high) * base + vec4<f32>(sum.low);
}

fn thresholdOf(index: u32, quad: u32) -> Sum {
  return Sum(thresholds[index * shape.quads + quad], thresholds[(thresholdCount + index) * shape.quads + quad]);
}

fn exceeds(sum: Sum, threshold: Sum) -> vec4<bool> {
  return (sum.high > threshold.high) | ((sum.high == threshold.high) & (sum.low > threshold.low));
}
