// Measures the peak bandwidth: reads a buffer once, 16 bytes per thread and round, with coalesced accesses.

override rounds: u32 = 16;

@group(0) @binding(0) var<storage, read_write> data: array<vec4u>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let threads = groups.x * 64u;
  var sum = vec4u(0);
  for (var round = 0u; round < rounds; round++) {
    sum += data[id.x + round * threads];
  }
  // Never true, because the buffer contains zeros, which a compiler cannot prove.
  if (sum.x == 0xffffffffu) {
    data[id.x] = sum;
  }
}
