// Rows of 3×3 windows, PIXELS of them STRIDE apart, and adders of single bits, 32 side by side in each word.

const COLUMNS = STRIDE * PIXELS - STRIDE + 3u;
const PLACES = 3u * COLUMNS;

struct Added {
  sum: vec4<u32>,
  carry: vec4<u32>,
}

fn fullAdd(a: vec4<u32>, b: vec4<u32>, c: vec4<u32>) -> Added {
  let half = a ^ b;
  return Added(half ^ c, (a & b) | (half & c));
}

fn weightsOf(word: u32, quad: u32) -> array<vec4<u32>, 9> {
  var weight: array<vec4<u32>, 9>;
  // #unroll
  for (var tap = 0u; tap < 9u; tap++) {
    weight[tap] = weights[(tap * shape.inputDepth + word) * shape.quads + quad];
  }
  return weight;
}

// How many of nine weights stand where a bit is set: ones + 2 · (twos + moreTwos) + 4 · fours.
struct Nine {
  ones: vec4<u32>,
  twos: vec4<u32>,
  moreTwos: vec4<u32>,
  fours: vec4<u32>,
}

// Of a window whose first place is given.
fn nineOf(weight: array<vec4<u32>, 9>, bits: array<vec2<u32>, PLACES>, first: u32, plane: u32) -> Nine {
  var positive: array<vec4<u32>, 9>;
  // #unroll
  for (var tap = 0u; tap < 9u; tap++) {
    positive[tap] = weight[tap] & vec4<u32>(bits[first + tap / 3u * COLUMNS + tap % 3u][plane]);
  }
  let top = fullAdd(positive[0], positive[1], positive[2]);
  let middle = fullAdd(positive[3], positive[4], positive[5]);
  let bottom = fullAdd(positive[6], positive[7], positive[8]);
  let ones = fullAdd(top.sum, middle.sum, bottom.sum);
  let twos = fullAdd(top.carry, middle.carry, bottom.carry);
  return Nine(ones.sum, ones.carry, twos.sum, twos.carry);
}
