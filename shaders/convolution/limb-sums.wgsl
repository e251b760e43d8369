// Accumulators that exceed 32 bits, in limbs of 12 bits, with their thresholds and conversion to float.

// [high, low][threshold][block]
@group(0) @binding(7) var<storage, read> thresholds: array<vec4<i32>>;

override limbs: u32 = 1u;

// high · 2^(12 · (limbs − 1)) + low, where 0 <= low < 2^(12 · (limbs − 1))
struct Sum {
  high: vec4<i32>,
  low: vec4<i32>,
}

// Adds the sum of the next higher limb above `lower`, whose carry it takes over.
fn addLimb(lower: Sum, limb: vec4<i32>, lowBits: u32) -> Sum {
  // A single limb has no carry; SwiftShader shifts lane by lane, so shifts are skipped.
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

fn thresholdOf(index: u32, block: u32) -> Sum {
  return Sum(thresholds[index * shape.blocks + block], thresholds[(thresholdCount + index) * shape.blocks + block]);
}

fn exceeds(sum: Sum, threshold: Sum) -> vec4<bool> {
  return (sum.high > threshold.high) | ((sum.high == threshold.high) & (sum.low > threshold.low));
}

fn selected(ifFalse: Sum, ifTrue: Sum, condition: vec4<bool>) -> Sum {
  return Sum(select(ifFalse.high, ifTrue.high, condition), select(ifFalse.low, ifTrue.low, condition));
}
