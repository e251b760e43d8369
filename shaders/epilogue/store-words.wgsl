// Stores the codes of the 32 channels of a word: [pixel][word][plane]. Each thread has whole words, so that the buffer
// need not be cleared.

@group(0) @binding(4) var<storage, read_write> codes: array<u32>;

fn storeWord(pixel: u32, word: u32, planes: vec4<u32>) {
  let start = (pixel * ((shape.outputChannels + 31u) / 32u) + word) * codeBits;
  // #unroll
  for (var plane = 0u; plane < 4u; plane++) {
    if (plane < codeBits) {
      codes[start + plane] = planes[plane];
    }
  }
}
