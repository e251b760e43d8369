// #include "picture-rows.wgsl"

@group(0) @binding(2) var pixels: texture_2d<f32>;

fn pixelAt(position: vec2<i32>) -> vec4<f32> {
  return textureLoad(pixels, position, 0);
}
