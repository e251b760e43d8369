// Adders of single bits, 32 side by side in each word.

struct Added {
  sum: vec4<u32>,
  carry: vec4<u32>,
}

fn fullAdd(a: vec4<u32>, b: vec4<u32>, c: vec4<u32>) -> Added {
  let half = a ^ b;
  return Added(half ^ c, (a & b) | (half & c));
}

struct Added2 {
  sum: vec2<u32>,
  carry: vec2<u32>,
}

fn fullAdd2(a: vec2<u32>, b: vec2<u32>, c: vec2<u32>) -> Added2 {
  let half = a ^ b;
  return Added2(half ^ c, (a & b) | (half & c));
}

// How many bits nine words have: four popcounts instead of nine.
fn count9(
  a: vec4<u32>,
  b: vec4<u32>,
  c: vec4<u32>,
  d: vec4<u32>,
  e: vec4<u32>,
  f: vec4<u32>,
  g: vec4<u32>,
  h: vec4<u32>,
  i: vec4<u32>,
) -> vec4<u32> {
  let first = fullAdd(a, b, c);
  let second = fullAdd(d, e, f);
  let third = fullAdd(g, h, i);
  let ones = fullAdd(first.sum, second.sum, third.sum);
  let twos = fullAdd(first.carry, second.carry, third.carry);
  let fours = countOneBits(twos.carry) + countOneBits(twos.sum & ones.carry);
  return countOneBits(ones.sum) + 2u * countOneBits(twos.sum ^ ones.carry) + 4u * fours;
}
