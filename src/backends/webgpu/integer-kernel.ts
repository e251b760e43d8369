import type { ChwShape } from '../../graph/shapes.ts';
import type { Convolution, IntegerConvolution, IntegerTensor, Windows } from '../../plan/plan.ts';
import { BLOCK_CHANNELS, QUAD_CHANNELS, quadCount, WORKGROUP_SIZE, wordCount } from './layout.ts';
import { exactTaps, type FilterShape, packLimbs } from './pack-weights.ts';
import { packUniform } from './shader-interface.ts';

/** Output pixels along a side of a workgroup's tile, as in shaders/convolution/integer-staged.wgsl. */
const TILE_SIDE = 8;
/** WebGPU's default `maxComputeWorkgroupStorageSize`. */
const WORKGROUP_BYTES = 16384;
const BYTES_OF_QUAD = 8;

/** Uniform values of a float output's activation. */
interface Activation {
  readonly negativeSlope: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Returns the weights and `override` constants of an integer convolution.
 * @param group output channels that a thread sums at a time.
 */
export function integerWeights(
  step: IntegerConvolution,
  input: IntegerTensor,
  filters: FilterShape,
  group: number,
): {
  readonly weights: Float32Array<ArrayBuffer>;
  readonly constants: Readonly<Record<string, number>>;
  /** Taps whose sums are exact in float32. */
  readonly tapsOfSum: number;
} {
  const { channels } = input.shape;
  const channelsOfQuad = Math.min(channels, QUAD_CHANNELS);
  const order = { group, slots: quadCount(channels) * channelsOfQuad };
  const weights = packLimbs(step.weights, filters, order);
  return {
    weights,
    constants: { limbs: step.weights.limbs.length, channels: channelsOfQuad },
    tapsOfSum: exactTaps(weights, filters, order, input.largest),
  };
}

/** Returns whether a workgroup can stage the inputs of a tile's windows: those of a first layer, if they fit. */
export function canStage(step: Convolution, { channels }: ChwShape): boolean {
  if (step.kind !== 'integerConvolution' || channels > QUAD_CHANNELS) return false;
  return step.dilation.every((value) => value === 1) && stagedPixels(step) * BYTES_OF_QUAD <= WORKGROUP_BYTES;
}

/** Returns the input pixels that a workgroup stages. */
export function stagedPixels(windows: Windows): number {
  const { height, width } = stagedSize(windows);
  return height * width;
}

/** Returns the threads of a batch: those of whole tiles, for each word of output channels. */
export function stagedThreads(output: ChwShape): (batchSize: number) => number {
  const { tilesY, tilesX } = tilesOf(output);
  return (batchSize) => batchSize * tilesY * tilesX * wordCount(output.channels) * WORKGROUP_SIZE;
}

/** Packs the uniform of shaders/convolution/integer-staged.wgsl. */
export function packStagedShape(
  step: IntegerConvolution,
  input: ChwShape,
  output: ChwShape,
  row: number,
  tapsOfSum: number,
  activation: Activation,
): Int32Array<ArrayBuffer> {
  const { kernel, stride, pad } = step;
  const { height, width } = stagedSize(step);
  return packUniform('StagedConvolution', {
    inputHeight: input.height,
    inputWidth: input.width,
    outputHeight: output.height,
    outputWidth: output.width,
    outputChannels: output.channels,
    blocks: row / BLOCK_CHANNELS,
    words: wordCount(output.channels),
    ...tilesOf(output),
    strideY: stride[0],
    strideX: stride[1],
    padY: pad[0],
    padX: pad[1],
    stagedHeight: height,
    stagedWidth: width,
    kernelWidth: kernel[1],
    taps: kernel[0] * kernel[1],
    tapsOfSum,
    ...activation,
  });
}

function stagedSize({ kernel, stride }: Windows): {
  readonly height: number;
  readonly width: number;
} {
  return {
    height: (TILE_SIDE - 1) * stride[0] + kernel[0],
    width: (TILE_SIDE - 1) * stride[1] + kernel[1],
  };
}

function tilesOf({ height, width }: ChwShape): { readonly tilesY: number; readonly tilesX: number } {
  return { tilesY: Math.ceil(height / TILE_SIDE), tilesX: Math.ceil(width / TILE_SIDE) };
}
