// Accumulators that exceed 32 bits, in limbs of 12 bits, with their thresholds and conversion to float.

// [high, low][threshold][block]
@group(0) @binding(7) var<storage, read> thresholds: array<vec4<i32>>;

override limbs: u32 = 1u;

// high · 2^(12 · (limbs − 1)) + low, where 0 <= low < 2^(12 · (limbs − 1))
struct Sum {
  high: vec4<i32>,
  low: vec4<i32>,
}

// The sums of each limb of four output channels, lowest first.
struct Limbs {
  first: vec4<i32>,
  second: vec4<i32>,
  third: vec4<i32>,
}

fn combined(sums: Limbs) -> Sum {
  var sum = Sum(sums.first, vec4<i32>());
  if (limbs > 1u) {
    sum = carried(sum, 0u);
    sum.high += sums.second;
  }
  if (limbs > 2u) {
    sum = carried(sum, 12u);
    sum.high += sums.third;
  }
  return sum;
}

// Splits a sum that has `lowBits` low bits above its next 12 bits, so that the next higher limb can be added to `high`.
fn carried(sum: Sum, lowBits: u32) -> Sum {
  return Sum(sum.high >> vec4<u32>(12u), sum.low + ((sum.high & vec4<i32>(4095)) << vec4<u32>(lowBits)));
}

fn floatOf(sum: Sum) -> vec4<f32> {
  let base = f32(1u << (12u * (limbs - 1u)));
  return vec4<f32>(sum.high) * base + vec4<f32>(sum.low);
}

fn thresholdOf(index: u32, block: u32) -> Sum {
  return Sum(thresholds[index * shape.blocks + block], thresholds[(thresholdCount + index) * shape.blocks + block]);
}

fn exceeds(sum: Sum, threshold: Sum) -> vec4<bool> {
  if (limbs == 1u) {
    return sum.high > threshold.high;
  }
  return (sum.high > threshold.high) | ((sum.high == threshold.high) & (sum.low > threshold.low));
}

fn selected(ifFalse: Sum, ifTrue: Sum, condition: vec4<bool>) -> Sum {
  return Sum(select(ifFalse.high, ifTrue.high, condition), select(ifFalse.low, ifTrue.low, condition));
}
