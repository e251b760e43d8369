// Codes leave as bit planes, 32 channels a word: [pixel][word][plane]. The buffer is cleared beforehand.

@group(0) @binding(4) var<storage, read_write> codes: array<atomic<u32>>;

override codeBits: u32 = 2u;
// Of the quantizer.
override thresholdCount: u32 = 3u;

fn storeCode(pixel: u32, quad: u32, code: vec4<u32>) {
  let place = (pixel * ((shape.outputChannels + 31u) / 32u) + quad / 8u) * codeBits;
  for (var plane = 0u; plane < codeBits; plane++) {
    let bits = (code >> vec4<u32>(plane)) & vec4<u32>(1u);
    let nibble = bits.x | (bits.y << 1u) | (bits.z << 2u) | (bits.w << 3u);
    atomicOr(&codes[place + plane], nibble << ((quad % 8u) * 4u));
  }
}
