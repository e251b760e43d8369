// What the parts of a concatenation share: where their channels stand in the whole.

struct Part {
  pixels: u32,
  channels: u32,
  firstChannel: u32,
  outputChannels: u32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> shape: Part;
