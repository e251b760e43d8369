// #include "bend.wgsl"

// What all poolings share: where a window lies. Padding counts for nothing but in the area of an average.

struct Pooling {
  inputHeight: i32,
  inputWidth: i32,
  outputHeight: u32,
  outputWidth: u32,
  // Channels of a pixel, or words of a plane.
  depth: u32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  padY: i32,
  padX: i32,
  // Behind a pooling of floats.
  outputChannels: u32,
  quads: u32,
  // Structures in uniforms begin at multiples of 16 bytes.
  @align(16) bend: Bend,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> shape: Pooling;

struct Window {
  // Output pixel among those of all images.
  pixel: u32,
  image: i32,
  top: i32,
  left: i32,
  bottom: i32,
  right: i32,
  // Pixels of the window on the image and its padding.
  paddedArea: i32,
}

fn windowOf(pixel: u32) -> Window {
  let area = shape.outputHeight * shape.outputWidth;
  let place = pixel % area;
  let y = i32(place / shape.outputWidth) * shape.strideY - shape.padY;
  let x = i32(place % shape.outputWidth) * shape.strideX - shape.padX;
  let paddedBottom = min(y + shape.kernelHeight, shape.inputHeight + shape.padY);
  let paddedRight = min(x + shape.kernelWidth, shape.inputWidth + shape.padX);
  return Window(
    pixel,
    i32(pixel / area),
    max(y, 0),
    max(x, 0),
    min(paddedBottom, shape.inputHeight),
    min(paddedRight, shape.inputWidth),
    (paddedBottom - y) * (paddedRight - x),
  );
}

fn inputPixel(window: Window, y: i32, x: i32) -> u32 {
  return u32((window.image * shape.inputHeight + y) * shape.inputWidth + x);
}
