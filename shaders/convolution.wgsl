// What all convolutions share. A thread computes a tile: some output pixels × four output channels (a "quad").
// Neighbouring threads take neighbouring quads, so that they read the same inputs and adjacent weights.

struct Convolution {
  inputHeight: i32,
  inputWidth: i32,
  // Words or values of an input pixel, and how many of them one plane has.
  inputStride: u32,
  inputDepth: u32,
  outputHeight: u32,
  outputWidth: u32,
  outputChannels: u32,
  quads: u32,
  kernelHeight: u32,
  kernelWidth: u32,
  strideY: i32,
  strideX: i32,
  padY: i32,
  padX: i32,
  dilationY: i32,
  dilationX: i32,
  // Behind a float output.
  bend: Bend,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> shape: Convolution;

// Whether a pixel of an image is on it, and where its channels begin in the input.
struct Place {
  inside: bool,
  start: u32,
}

fn placeOf(image: i32, y: i32, x: i32, isWanted: bool) -> Place {
  let inside = isWanted && y >= 0 && y < shape.inputHeight && x >= 0 && x < shape.inputWidth;
  let start = u32((image * shape.inputHeight + y) * shape.inputWidth + x) * shape.inputStride;
  return Place(inside, select(0u, start, inside));
}
