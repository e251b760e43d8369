// The two ways out of a convolution. The including file defines `Sum` (four channels of an accumulator), `Sums` (a
// tile of them), `accumulate`, `codeOf` and `floatOf`.

struct Sums {
  a: Sum,
  b: Sum,
  c: Sum,
  d: Sum,
}

@compute @workgroup_size(64)
fn toCodes(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = tileOf(threadIndex(group, groups, local));
  if (!tile.inside.x) {
    return;
  }
  let sums = accumulate(tile);
  storeCode(tile.pixel.x, tile.quad, codeOf(sums.a, tile.quad));
  if (tile.inside.y) {
    storeCode(tile.pixel.y, tile.quad, codeOf(sums.b, tile.quad));
  }
  if (tile.inside.z) {
    storeCode(tile.pixel.z, tile.quad, codeOf(sums.c, tile.quad));
  }
  if (tile.inside.w) {
    storeCode(tile.pixel.w, tile.quad, codeOf(sums.d, tile.quad));
  }
}

@compute @workgroup_size(64)
fn toFloats(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = tileOf(threadIndex(group, groups, local));
  if (!tile.inside.x) {
    return;
  }
  let sums = accumulate(tile);
  storeFloat(tile.pixel.x, tile.quad, floatOf(sums.a));
  if (tile.inside.y) {
    storeFloat(tile.pixel.y, tile.quad, floatOf(sums.b));
  }
  if (tile.inside.z) {
    storeFloat(tile.pixel.z, tile.quad, floatOf(sums.c));
  }
  if (tile.inside.w) {
    storeFloat(tile.pixel.w, tile.quad, floatOf(sums.d));
  }
}
