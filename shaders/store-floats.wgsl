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
  if (hasShortcut) {
    // Behind the last channel stands what is never stored.
    value += vec4<f32>(shortcut[first], shortcut[first + 1u], shortcut[first + 2u], shortcut[first + 3u]);
  }
  if (keepsFloats) {
    // #unroll
    for (var lane = 0u; lane < 4u; lane++) {
      if (quad * 4u + lane < shape.outputChannels) {
        floats[first + lane] = value[lane];
      }
    }
  }
  if (makesCodes) {
    let signed = affine[2u * shape.quads + quad] * value;
    var code = vec4<u32>();
    // It has at least one turn: a loop that asks before the first costs SwiftShader a turn more.
    var index = 0u;
    loop {
      code = raised(code, signed > affine[(3u + index) * shape.quads + quad]);
      continuing {
        index++;
        break if index >= thresholdCount;
      }
    }
    storeCode(pixel, quad, code);
  }
}
