// #include "picture-rows.wgsl"

// A decoded video frame, which the GPU converts to RGB on each read.
@group(0) @binding(2) var pixels: texture_external;

fn pixelAt(position: vec2<i32>) -> vec4<f32> {
  return textureLoad(pixels, position);
}
