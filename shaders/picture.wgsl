// What both passes over a picture share: whole coefficients that sum to 2^14, as src/image/resize.ts makes them.

struct Picture {
  // Where the picture begins in what its pixels are read from, and which way it goes: to the left, -1, in a mirror.
  left: i32,
  top: i32,
  step: i32,
  // 1 where colours are yet to be multiplied by alpha.
  straight: u32,
  // The rows that the network's input is made of.
  firstRow: u32,
  rowCount: u32,
  outputWidth: u32,
  outputHeight: u32,
  // Which image of the input it becomes.
  image: u32,
  // Colours: 0 for BGR, 1 for RGB, 2 for gray.
  order: u32,
  mean: array<vec4<i32>, 1>,
}

@group(0) @binding(0) var<uniform> picture: Picture;
// First [first, start of the coefficients, how many] of each output, then all coefficients.
@group(0) @binding(1) var<storage, read> taps: array<i32>;

fn toByte(sum: vec3<i32>) -> vec3<u32> {
  return vec3<u32>((sum + vec3<i32>(8192)) >> vec3<u32>(14u));
}

fn threadOf(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
  return (group.y * groups.x + group.x) * 64u + local;
}
