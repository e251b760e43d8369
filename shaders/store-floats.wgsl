// Floats leave as [pixel][channel]: factor · sum + offset, then bent.

@group(0) @binding(5) var<storage, read_write> floats: array<f32>;
// [factor, offset][quad]
@group(0) @binding(6) var<storage, read> affine: array<vec4<f32>>;

fn storeFloat(pixel: u32, quad: u32, sum: vec4<f32>) {
  let value = bent(affine[quad] * sum + affine[shape.quads + quad], shape.bend);
  for (var lane = 0u; lane < 4u; lane++) {
    let channel = quad * 4u + lane;
    if (channel < shape.outputChannels) {
      floats[pixel * shape.outputChannels + channel] = value[lane];
    }
  }
}
