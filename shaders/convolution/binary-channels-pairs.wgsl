// Blocks of four output channels that a thread computes.
const BLOCKS = 4u;
const WORDS = 2u;

// #include "binary-channels.wgsl"

// Two words of 32 channels, for inputs with an even number of them.
alias Read = vec4<u32>;

fn addRead(counts: ptr<function, Counts>, weightIndex: u32, columns: u32, bits: vec4<u32>) {
  addWord(counts, weightIndex, bits.xy);
  addWord(counts, weightIndex + columns, bits.zw);
}
