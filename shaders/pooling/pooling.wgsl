// #include "../batch.wgsl"

// The window of an output pixel, for all poolings. Padding has no effect except on the area that an average divides by.

struct Pooling {
  inputHeight: i32,
  inputWidth: i32,
  outputHeight: u32,
  outputWidth: u32,
  // Channels of a pixel (floats), or words of a bit plane (codes).
  depth: u32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  padY: i32,
  padX: i32,
  outputChannels: u32,
  blocks: u32,
  // Activation of a float output.
  negativeSlope: f32,
  lowest: f32,
  highest: f32,
}

@group(0) @binding(1) var<uniform> shape: Pooling;

struct Window {
  image: i32,
  // The part of the window that is on the image.
  top: i32,
  left: i32,
  bottom: i32,
  right: i32,
  // Pixels of the window that are on the padded image.
  paddedArea: i32,
}

// The window of an output pixel, which is counted over the batch.
fn windowOf(pixel: u32) -> Window {
  let area = shape.outputHeight * shape.outputWidth;
  let position = pixel % area;
  let y = i32(position / shape.outputWidth) * shape.strideY - shape.padY;
  let x = i32(position % shape.outputWidth) * shape.strideX - shape.padX;
  let paddedBottom = min(y + shape.kernelHeight, shape.inputHeight + shape.padY);
  let paddedRight = min(x + shape.kernelWidth, shape.inputWidth + shape.padX);
  return Window(
    i32(pixel / area),
    max(y, 0),
    max(x, 0),
    min(paddedBottom, shape.inputHeight),
    min(paddedRight, shape.inputWidth),
    (paddedBottom - y) * (paddedRight - x),
  );
}

fn inputPixelIndex(window: Window, y: i32, x: i32) -> u32 {
  return u32((window.image * shape.inputHeight + y) * shape.inputWidth + x);
}
