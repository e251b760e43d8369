// Codes as bit planes, 32 channels in a word: [pixel][word][plane]. A thread sets the bits of its channels with `atomicOr`,
// so the buffer must be cleared before the pass.

@group(0) @binding(4) var<storage, read_write> codes: array<atomic<u32>>;

override codeBits: u32 = 2u;
override thresholdCount: u32 = 3u;

// Four conditions as bits, the first one lowest.
fn bitsWhere(condition: vec4<bool>) -> u32 {
  let bits = select(vec4<u32>(), vec4<u32>(1u, 2u, 4u, 8u), condition);
  return bits.x | bits.y | bits.z | bits.w;
}

// Up to four planes of the codes of four channels.
fn planesOfCodes(code: vec4<u32>) -> vec4<u32> {
  var planes: vec4<u32>;
  // #unroll
  for (var plane = 0u; plane < 4u; plane++) {
    planes[plane] = bitsWhere((code & vec4<u32>(1u << plane)) != vec4<u32>());
  }
  return planes;
}

fn storePlanes(pixel: u32, block: u32, planes: vec4<u32>) {
  let start = (pixel * ((shape.outputChannels + 31u) / 32u) + block / 8u) * codeBits;
  // #unroll
  for (var plane = 0u; plane < 4u; plane++) {
    if (plane < codeBits) {
      atomicOr(&codes[start + plane], planes[plane] << (block % 8u * 4u));
    }
  }
}
