// #include "../epilogue/value-planes.wgsl"
// #include "../epilogue/store-words.wgsl"

// The entry points of a convolution whose threads compute the 32 channels of a word, BLOCKS blocks of four channels at a
// time. The including file defines `Sum` with the functions of its epilogues, `pixelOf`, and `accumulate`.

const PARTS = 8u / BLOCKS;
// The index of a pixel outside the batch.
const NONE = ~0u;

@compute @workgroup_size(64)
fn toCodes(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let pixel = pixelOf(group.y * groups.x + group.x, local);
  var planes: vec4<u32>;
  for (var part = 0u; part < PARTS; part++) {
    let block = (pixel.word * PARTS + part) * BLOCKS;
    if (block >= shape.blocks) {
      break;
    }
    let sums = accumulate(pixel, block);
    // One threshold at a time takes the fewest registers.
    for (var index = 0u; index < MANY; index++) {
      if (index >= thresholdCount) {
        break;
      }
      // #unroll
      for (var b = 0u; b < BLOCKS; b++) {
        let bits = bitsWhere(exceeds(sums[b], thresholdOf(index, block + b)));
        planes = incremented(planes, bits << (4u * (part * BLOCKS + b)));
      }
    }
  }
  if (pixel.index != NONE) {
    storeWord(pixel.index, pixel.word, planes);
  }
}

@compute @workgroup_size(64)
fn toFloats(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let pixel = pixelOf(group.y * groups.x + group.x, local);
  var planes: vec4<u32>;
  for (var part = 0u; part < PARTS; part++) {
    let block = (pixel.word * PARTS + part) * BLOCKS;
    if (block >= shape.blocks) {
      break;
    }
    let sums = accumulate(pixel, block);
    if (pixel.index != NONE) {
      // #unroll
      for (var b = 0u; b < BLOCKS; b++) {
        planes |= storeValues(pixel.index, block + b, floatOf(sums[b])) << vec4<u32>(4u * (part * BLOCKS + b));
      }
    }
  }
  if (makesCodes && pixel.index != NONE) {
    storeWord(pixel.index, pixel.word, planes);
  }
}
