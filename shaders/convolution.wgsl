// #include "bend.wgsl"

// What all convolutions share: one thread computes a tile of four pixels × four output channels (a "quad").
// Neighbouring threads take neighbouring quads, so that they read the same inputs and adjacent weights.

struct Convolution {
  inputHeight: i32,
  inputWidth: i32,
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

struct Tile {
  quad: u32,
  // Index of each of the four pixels among the outputs of all images; those beyond the last are not inside.
  pixel: vec4<u32>,
  inside: vec4<bool>,
  image: vec4<i32>,
  // Where each pixel's window begins in the input.
  y: vec4<i32>,
  x: vec4<i32>,
}

fn tileOf(thread: u32) -> Tile {
  var tile: Tile;
  tile.quad = thread % shape.quads;
  tile.pixel = (thread / shape.quads) * 4u + vec4<u32>(0u, 1u, 2u, 3u);
  let area = shape.outputHeight * shape.outputWidth;
  tile.inside = tile.pixel < vec4<u32>(frame.imageCount * area);
  tile.image = vec4<i32>(tile.pixel / area);
  let place = tile.pixel % area;
  tile.y = vec4<i32>(place / shape.outputWidth) * shape.strideY - shape.padY;
  tile.x = vec4<i32>(place % shape.outputWidth) * shape.strideX - shape.padX;
  return tile;
}

struct Tap {
  // Whether each pixel's window has this tap on the image, and where its channels begin in the input.
  inside: vec4<bool>,
  start: vec4<u32>,
}

fn tapOf(tile: Tile, row: u32, column: u32) -> Tap {
  let y = tile.y + i32(row) * shape.dilationY;
  let x = tile.x + i32(column) * shape.dilationX;
  var tap: Tap;
  tap.inside = tile.inside & (y >= vec4<i32>(0)) & (y < vec4<i32>(shape.inputHeight))
    & (x >= vec4<i32>(0)) & (x < vec4<i32>(shape.inputWidth));
  let start = vec4<u32>((tile.image * shape.inputHeight + y) * shape.inputWidth + x) * shape.inputStride;
  tap.start = select(vec4<u32>(0u), start, tap.inside);
  return tap;
}
