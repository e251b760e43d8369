// What steps share that treat each pixel and channel by itself.

struct Elements {
  pixels: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> shape: Elements;
