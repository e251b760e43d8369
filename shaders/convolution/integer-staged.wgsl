// Blocks of four output channels that a thread sums at a time.
const BLOCKS = 2u;

// #include "../batch.wgsl"
// #include "many.wgsl"
// #include "staged-shape.wgsl"
// #include "integer.wgsl"
// #include "word-entry-points.wgsl"

// First layers: at most four input channels. A workgroup computes 32 output channels of 8 × 8 output pixels, one pixel for
// each thread, and stages the inputs of their windows in workgroup memory, once for all channels and limbs. All threads
// read the same weights, which compilers keep in scalar registers or read once for all.

// Output pixels along a side of a workgroup's tile.
const SIDE = 8u;

override stagedPixels: u32 = 1u;

// [row][column] of the tile's windows
var<workgroup> staged: array<vec2<u32>, stagedPixels>;

struct Pixel {
  // Index among the outputs of the batch.
  index: u32,
  word: u32,
  // Index of the window's first pixel in `staged`.
  start: u32,
}

fn pixelOf(workgroup: u32, local: u32) -> Pixel {
  let tile = workgroup / shape.words;
  let row = tile / shape.tilesX;
  let image = row / shape.tilesY;
  let first = vec2<u32>(tile % shape.tilesX, row % shape.tilesY) * SIDE;
  let place = vec2<u32>(local % SIDE, local / SIDE);
  stage(image, first, place);
  let at = first + place;
  let isInside = image < batch.size && at.y < shape.outputHeight && at.x < shape.outputWidth;
  let index = (image * shape.outputHeight + at.y) * shape.outputWidth + at.x;
  let start = place.y * shape.strideY * shape.stagedWidth + place.x * shape.strideX;
  return Pixel(select(NONE, index, isInside), workgroup % shape.words, start);
}

// Each thread stages every eighth pixel of every eighth row. Pixels beside the image are 0.
fn stage(image: u32, first: vec2<u32>, place: vec2<u32>) {
  let top = i32(first.y * shape.strideY) - shape.padY;
  let left = i32(first.x * shape.strideX) - shape.padX;
  for (var row = place.y; row < shape.stagedHeight; row += SIDE) {
    let y = top + i32(row);
    let isInside = image < batch.size && y >= 0 && y < shape.inputHeight;
    let start = (i32(image) * shape.inputHeight + y) * shape.inputWidth;
    for (var column = place.x; column < shape.stagedWidth; column += SIDE) {
      let x = left + i32(column);
      // Without a value, it keeps that of the previous turn in Chromium on SwiftShader.
      var quad = vec2<u32>();
      if (isInside && x >= 0 && x < shape.inputWidth) {
        quad = input[start + x];
      }
      staged[row * shape.stagedWidth + column] = quad;
    }
  }
  workgroupBarrier();
}

fn accumulate(pixel: Pixel, block: u32) -> array<Sum, BLOCKS> {
  let weight = block / BLOCKS * limbs * limbSize();
  var sums: array<Sum, BLOCKS>;
  sums = withLimb(sums, pixel.start, weight);
  if (limbs > 1u) {
    sums = withLimb(carriedSums(sums, 0u), pixel.start, weight + limbSize());
  }
  if (limbs > 2u) {
    sums = withLimb(carriedSums(sums, 12u), pixel.start, weight + 2u * limbSize());
  }
  return sums;
}

fn carriedSums(sums: array<Sum, BLOCKS>, lowBits: u32) -> array<Sum, BLOCKS> {
  var next: array<Sum, BLOCKS>;
  // #unroll
  for (var b = 0u; b < BLOCKS; b++) {
    next[b] = carried(sums[b], lowBits);
  }
  return next;
}

// Adds a limb, whose weights begin at `firstWeight`. Partial sums of `tapsOfSum` taps are exact in float32 (plan/exact-sums.ts).
fn withLimb(sums: array<Sum, BLOCKS>, start: u32, firstWeight: u32) -> array<Sum, BLOCKS> {
  var next = sums;
  let endOfLimb = firstWeight + limbSize();
  var weight = firstWeight;
  var at = start;
  var column = 0u;
  for (var part = 0u; part < MANY; part++) {
    if (weight >= endOfLimb) {
      break;
    }
    let endOfSum = min(weight + shape.tapsOfSum * channels * BLOCKS, endOfLimb);
    // Without a value, it keeps that of the previous turn in Chromium on SwiftShader.
    var partial = array<vec4<f32>, BLOCKS>();
    for (var tap = 0u; tap < MANY; tap++) {
      if (weight >= endOfSum) {
        break;
      }
      let values = valuesOf(staged[at]);
      // #unroll
      for (var c = 0u; c < 4u; c++) {
        if (c < channels) {
          // #unroll
          for (var b = 0u; b < BLOCKS; b++) {
            partial[b] += weights[weight + c * BLOCKS + b] * values[c];
          }
        }
      }
      weight += channels * BLOCKS;
      at++;
      column++;
      if (column == shape.kernelWidth) {
        column = 0u;
        at += shape.stagedWidth - shape.kernelWidth;
      }
    }
    // #unroll
    for (var b = 0u; b < BLOCKS; b++) {
      next[b].high += vec4<i32>(partial[b]);
    }
  }
  return next;
}

fn limbSize() -> u32 {
  return shape.taps * channels * BLOCKS;
}
