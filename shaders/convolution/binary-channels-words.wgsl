// Blocks of four output channels that a thread computes.
const BLOCKS = 4u;
const WORDS = 1u;

// #include "binary-channels.wgsl"

alias Read = vec2<u32>;

fn addRead(counts: ptr<function, Counts>, weightIndex: u32, columns: u32, bits: vec2<u32>) {
  addWord(counts, weightIndex, bits);
}
