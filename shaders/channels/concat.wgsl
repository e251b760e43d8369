// #include "../batch.wgsl"

// The part of a concatenation that one input contributes, and where its channels go in the output.

struct ConcatPart {
  pixels: u32,
  channels: u32,
  firstChannel: u32,
  outputChannels: u32,
}

@group(0) @binding(1) var<uniform> shape: ConcatPart;
