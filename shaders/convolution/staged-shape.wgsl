struct StagedConvolution {
  inputHeight: i32,
  inputWidth: i32,
  outputHeight: u32,
  outputWidth: u32,
  outputChannels: u32,
  // Blocks of four output channels, and words of 32.
  blocks: u32,
  words: u32,
  // Tiles of an image.
  tilesY: u32,
  tilesX: u32,
  strideY: u32,
  strideX: u32,
  padY: i32,
  padX: i32,
  // Rows and columns of the inputs that a tile needs.
  stagedHeight: u32,
  stagedWidth: u32,
  kernelWidth: u32,
  taps: u32,
  // Taps whose sums are exact in float32.
  tapsOfSum: u32,
  // Activation of a float output.
  negativeSlope: f32,
  lowest: f32,
  highest: f32,
}

@group(0) @binding(1) var<uniform> shape: StagedConvolution;
