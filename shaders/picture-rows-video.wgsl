// #include "picture-rows.wgsl"

// A frame as it is decoded: the GPU makes colours of it where they are read.
@group(0) @binding(2) var pixels: texture_external;

fn pixelAt(place: vec2<i32>) -> vec4<f32> {
  return textureLoad(pixels, place);
}
