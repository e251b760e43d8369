// #include "../dispatch.wgsl"

// Code shared by both resampling passes over a picture. Coefficients are integers that sum to 2^14, the same as
// src/image/resize.ts computes.

struct Picture {
  // Subtracted from the channels, in the network's order.
  mean: vec3<i32>,
  // The picture's first pixel in `pixels`, and the direction of its columns: 1, or -1 if it is mirrored.
  left: i32,
  top: i32,
  step: i32,
  // 1 if `pixels` has straight alpha: colours are not multiplied by alpha yet.
  straight: u32,
  // The rows that the network's input is made from.
  firstRow: u32,
  rowCount: u32,
  outputWidth: u32,
  outputHeight: u32,
  // Index in the batch.
  image: u32,
  // 0 is BGR, 1 is RGB, 2 is gray.
  order: u32,
}

@group(0) @binding(0) var<uniform> picture: Picture;
// [first input, index of the first coefficient, number of coefficients] of each output column and row, then all
// coefficients
@group(0) @binding(1) var<storage, read> taps: array<i32>;

fn toByte(sum: vec3<i32>) -> vec3<u32> {
  return vec3<u32>((sum + vec3<i32>(8192)) >> vec3<u32>(14u));
}
