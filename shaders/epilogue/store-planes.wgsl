// Stores the codes of four or more channels, 32 channels in a word: [pixel][word][plane]. Several threads set the bits of a
// word with `atomicOr`, so the buffer must be cleared before the pass.

@group(0) @binding(4) var<storage, read_write> codes: array<atomic<u32>>;

fn storePlanes(pixel: u32, block: u32, planes: vec4<u32>) {
  let start = (pixel * ((shape.outputChannels + 31u) / 32u) + block / 8u) * codeBits;
  // #unroll
  for (var plane = 0u; plane < 4u; plane++) {
    if (plane < codeBits) {
      atomicOr(&codes[start + plane], planes[plane] << (block % 8u * 4u));
    }
  }
}
