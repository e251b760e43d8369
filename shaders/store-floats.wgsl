// #include "bend.wgsl"
// #include "store-codes.wgsl"

// Floats leave as [pixel][channel]: factor · sum + offset, bent, plus a shortcut; and as their codes.

@group(0) @binding(5) var<storage, read_write> floats: array<f32>;
// [factor, offset, sign, thresholds…][quad]
@group(0) @binding(6) var<storage, read> affine: array<vec4<f32>>;
// [pixel][channel]
@group(0) @binding(10) var<storage, read> shortcut: array<f32>;

override hasShortcut: bool = false;
override keepsFloats: bool = true;
override makesCodes: bool = false;

fn storeFloat(pixel: u32, quad: u32, sum: vec4<f32>) {
  var value = bent(affine[quad] * sum + affine[shape.quads + quad], shape.bend);
  let first = pixel * shape.outputChannels + quad * 4u;
  for (var lane = 0u; lane < min(4u, shape.outputChannels - quad * 4u); lane++) {
    if (hasShortcut) {
      value[lane] += shortcut[first + lane];
    }
    if (keepsFloats) {
      floats[first + lane] = value[lane];
    }
  }
  if (makesCodes) {
    let signed = affine[2u * shape.quads + quad] * value;
    var code = vec4<u32>();
    for (var index = 0u; index < thresholdCount; index++) {
      code += select(vec4<u32>(0u), vec4<u32>(1u), signed > affine[(3u + index) * shape.quads + quad]);
    }
    storeCode(pixel, quad, code);
  }
}
