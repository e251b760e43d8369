// Measures the peak rate of bit counts: sixteen per thread and round, with masks that change in every round.

override rounds: u32 = 256;

@group(0) @binding(0) var<storage, read_write> data: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var masks = vec4u(id.x) ^ vec4u(0x9e3779b9u, 0x85ebca6bu, 0xc2b2ae35u, 0x27d4eb2fu);
  let first = vec4u(data[id.x & 255u]);
  let second = first + 0x165667b1u;
  let third = first + 0x9e3779b1u;
  let fourth = first + 0x85ebca77u;
  var sums = vec4u(0);
  for (var round = 0u; round < rounds; round++) {
    sums += countOneBits(masks & first);
    sums += countOneBits(masks & second);
    sums += countOneBits(masks & third);
    sums += countOneBits(masks & fourth);
    masks += 0x9e3779b9u;
  }
  // Never true, which a compiler cannot prove.
  if (dot(sums, vec4u(1)) == 0xffffffffu) {
    data[id.x & 255u] = sums.x;
  }
}
