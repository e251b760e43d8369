// #include "limb-sums.wgsl"

// Code shared by the integer convolutions, whose threads sum BLOCKS blocks of four output channels at a time. Weights have up to three limbs, whose sums are separate. GPUs multiply floats
// faster than integers, so integers are floats until they are summed. This is exact: float32 holds every integer up to
// 2^24, and half floats those up to 2^11.

// [pixel][quad]: four channels as half floats; missing channels are 0
@group(0) @binding(2) var<storage, read> input: array<vec2<u32>>;
// [BLOCKS blocks of four output channels][limb][tap][channel][block]
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;

// Input channels of a quad that exist: 4 if there are several quads, whose missing channels have weights 0.
override channels: u32 = 4u;

fn valuesOf(quad: vec2<u32>) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(quad.x), unpack2x16float(quad.y));
}
