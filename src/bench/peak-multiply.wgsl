// Measures the peak rate of integer multiply-adds: sixteen per thread and round, in eight dependent chains that a
// compiler cannot shorten.

override rounds: u32 = 256;

@group(0) @binding(0) var<storage, read_write> data: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4u(data[id.x & 255u]) + vec4u(0x0019660du, 0x5bd1e995u, 0x41c64e6du, 0x0001dd35u);
  let summand = factor + 0x3c6ef35fu;
  var first = vec4u(id.x);
  var second = first + 0x9e3779b9u;
  for (var round = 0u; round < rounds; round++) {
    first = first * factor + summand;
    second = second * factor + summand;
    first = first * factor + summand;
    second = second * factor + summand;
  }
  // Almost never true; if it is, the value written equals the value read.
  if (dot(first, second) == 0xffffffffu) {
    data[id.x & 255u] = factor.x - 0x0019660du;
  }
}
