// #include "../batch.wgsl"

struct Elements {
  pixels: u32,
  channels: u32,
}

@group(0) @binding(1) var<uniform> shape: Elements;
