// #include "../batch.wgsl"
// #include "many.wgsl"

// Code shared by all convolutions, which are implicit GEMMs: each thread computes a tile of some output pixels × a block of
// four output channels. Neighbouring threads compute neighbouring blocks, so that they read the same inputs and adjacent
// weights.

struct Convolution {
  inputHeight: i32,
  inputWidth: i32,
  // Words or values of an input pixel, and of one of its bit planes.
  inputStride: u32,
  inputDepth: u32,
  outputHeight: u32,
  outputWidth: u32,
  outputChannels: u32,
  // Blocks of four output channels.
  blocks: u32,
  kernelHeight: u32,
  kernelWidth: u32,
  strideY: i32,
  strideX: i32,
  padY: i32,
  padX: i32,
  dilationY: i32,
  dilationX: i32,
  // Activation of a float output.
  negativeSlope: f32,
  lowest: f32,
  highest: f32,
}

@group(0) @binding(1) var<uniform> shape: Convolution;

// Whether a position is on the image, and the index of its first value in the input.
struct InputPixel {
  inside: bool,
  start: u32,
}

fn inputPixelAt(image: i32, y: i32, x: i32, isNeeded: bool) -> InputPixel {
  let inside = isNeeded && y >= 0 && y < shape.inputHeight && x >= 0 && x < shape.inputWidth;
  let start = u32((image * shape.inputHeight + y) * shape.inputWidth + x) * shape.inputStride;
  return InputPixel(inside, select(0u, start, inside));
}
