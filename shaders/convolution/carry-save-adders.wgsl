// Carry-save addition of the bits of 3×3 windows: PIXELS windows of one row, STRIDE apart, with 32 single-bit adders side
// by side in each word.

// Input pixels of all windows together.
const WINDOW_COLUMNS = STRIDE * (PIXELS - 1u) + 3u;
const WINDOW_PIXELS = 3u * WINDOW_COLUMNS;

struct Added {
  sum: vec4<u32>,
  carry: vec4<u32>,
}

fn fullAdd(a: vec4<u32>, b: vec4<u32>, c: vec4<u32>) -> Added {
  let half = a ^ b;
  return Added(half ^ c, (a & b) | (half & c));
}

fn weightsOf(word: u32, block: u32) -> array<vec4<u32>, 9> {
  var weight: array<vec4<u32>, 9>;
  // #unroll
  for (var tap = 0u; tap < 9u; tap++) {
    weight[tap] = weights[(tap * shape.inputDepth + word) * shape.blocks + block];
  }
  return weight;
}

// The number of taps, out of nine, whose weight and input bits are both set: ones + 2 · (twos + moreTwos) + 4 · fours.
struct WindowSum {
  ones: vec4<u32>,
  twos: vec4<u32>,
  moreTwos: vec4<u32>,
  fours: vec4<u32>,
}

// Adds up one plane of the window whose first pixel is `first`.
fn windowSum(weight: array<vec4<u32>, 9>, bits: array<vec2<u32>, WINDOW_PIXELS>, first: u32, plane: u32) -> WindowSum {
  var positive: array<vec4<u32>, 9>;
  // #unroll
  for (var tap = 0u; tap < 9u; tap++) {
    positive[tap] = weight[tap] & vec4<u32>(bits[first + tap / 3u * WINDOW_COLUMNS + tap % 3u][plane]);
  }
  let top = fullAdd(positive[0], positive[1], positive[2]);
  let middle = fullAdd(positive[3], positive[4], positive[5]);
  let bottom = fullAdd(positive[6], positive[7], positive[8]);
  let ones = fullAdd(top.sum, middle.sum, bottom.sum);
  let twos = fullAdd(top.carry, middle.carry, bottom.carry);
  return WindowSum(ones.sum, ones.carry, twos.sum, twos.carry);
}
