// Stores a tile's codes as bit planes, 32 channels per word: [pixel][word][plane]. Threads set bits with `atomicOr`, so
// the buffer must be cleared before the pass.

@group(0) @binding(4) var<storage, read_write> codes: array<atomic<u32>>;

override codeBits: u32 = 2u;
override thresholdCount: u32 = 3u;

fn incrementWhere(code: vec4<u32>, condition: vec4<bool>) -> vec4<u32> {
  return code + select(vec4<u32>(0u), vec4<u32>(1u), condition);
}

fn storeCodes(tile: Tile, tileCodes: array<vec4<u32>, PIXELS>) {
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    if (isInside(tile, p)) {
      storeCode(tile.pixel + p, tile.block, tileCodes[p]);
    }
  }
}

fn storeCode(pixel: u32, block: u32, code: vec4<u32>) {
  let start = (pixel * ((shape.outputChannels + 31u) / 32u) + block / 8u) * codeBits;
  var bit = 1u;
  // The condition is at the end: SwiftShader runs an extra iteration of a loop that tests at the start.
  var plane = 0u;
  loop {
    let bits = select(vec4<u32>(), vec4<u32>(1u, 2u, 4u, 8u), (code & vec4<u32>(bit)) > vec4<u32>());
    atomicOr(&codes[start + plane], (bits.x | bits.y | bits.z | bits.w) << (block % 8u * 4u));
    bit *= 2u;
    continuing {
      plane++;
      break if plane >= codeBits;
    }
  }
}
