// A tile's codes leave as bit planes, 32 channels a word: [pixel][word][plane]. The buffer is cleared beforehand.

@group(0) @binding(4) var<storage, read_write> codes: array<atomic<u32>>;

override codeBits: u32 = 2u;
// Of the quantizer.
override thresholdCount: u32 = 3u;

// One more where a threshold is exceeded.
fn raised(code: vec4<u32>, exceeds: vec4<bool>) -> vec4<u32> {
  return code + select(vec4<u32>(0u), vec4<u32>(1u), exceeds);
}

fn storeCodes(tile: Tile, all: array<vec4<u32>, PIXELS>) {
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    if (isInside(tile, p)) {
      storeCode(tile.pixel + p, tile.quad, all[p]);
    }
  }
}

fn storeCode(pixel: u32, quad: u32, code: vec4<u32>) {
  let start = (pixel * ((shape.outputChannels + 31u) / 32u) + quad / 8u) * codeBits;
  var bit = 1u;
  // It has at least one turn: a loop that asks before the first costs SwiftShader a turn more.
  var plane = 0u;
  loop {
    let bits = select(vec4<u32>(), vec4<u32>(1u, 2u, 4u, 8u), (code & vec4<u32>(bit)) > vec4<u32>());
    atomicOr(&codes[start + plane], (bits.x | bits.y | bits.z | bits.w) << (quad % 8u * 4u));
    bit *= 2u;
    continuing {
      plane++;
      break if plane >= codeBits;
    }
  }
}
