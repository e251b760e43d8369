import binaryPairs4 from '../../../shaders/convolution/binary-channels-pairs.wgsl?BLOCKS=1';
import binaryPairs8 from '../../../shaders/convolution/binary-channels-pairs.wgsl?BLOCKS=2';
import binaryPairs16 from '../../../shaders/convolution/binary-channels-pairs.wgsl?BLOCKS=4';
import binaryWords4 from '../../../shaders/convolution/binary-channels-words.wgsl?BLOCKS=1';
import binaryWords8 from '../../../shaders/convolution/binary-channels-words.wgsl?BLOCKS=2';
import binaryWords16 from '../../../shaders/convolution/binary-channels-words.wgsl?BLOCKS=4';
import binarySplitK from '../../../shaders/convolution/binary-split-k.wgsl';
import floatChannels8 from '../../../shaders/convolution/float-channels.wgsl?BLOCKS=2';
import floatChannels16 from '../../../shaders/convolution/float-channels.wgsl?BLOCKS=4';
import floatSplitK from '../../../shaders/convolution/float-split-k.wgsl';
import integerChannels8 from '../../../shaders/convolution/integer-channels.wgsl';
import integerSplitK from '../../../shaders/convolution/integer-split-k.wgsl';
import integerStaged8 from '../../../shaders/convolution/integer-staged.wgsl?BLOCKS=2';
import integerStaged16 from '../../../shaders/convolution/integer-staged.wgsl?BLOCKS=4';
import type { ChwShape } from '../../graph/shapes.ts';
import type { BinaryConvolution, Convolution, Plan, Step } from '../../plan/plan.ts';
import type { Capabilities } from './device.ts';
import { gpuModelOf } from './gpu-model.ts';
import { canStage, stagedThreads } from './integer-kernel.ts';
import { BLOCK_CHANNELS, blockCount, WORKGROUP_SIZE, wordCount } from './layout.ts';
import { onDemand, type ShaderCode } from './shader-code.ts';
import type { VariantName } from './variant-names.ts';

/** A convolution with the shapes of its input and output, which decide which kernels can run it. */
export interface ConvolutionShape {
  readonly step: Convolution;
  readonly input: ChwShape;
  readonly output: ChwShape;
}

/** A kernel for one layer shape. */
export interface Variant {
  readonly name: VariantName;
  readonly code: ShaderCode;
  /** Output channels that a thread computes, a multiple of four. Rows of weights are padded to a multiple of it. */
  readonly channels: number;
  /** Values of 32 bits that a thread holds at a time. */
  readonly values: number;
  /** Words of a binary input that a thread reads at a time. Default: 1. */
  readonly wordsOfRead?: number;
  /** True if workgroups stage the inputs of a tile, and threads compute the channels of whole words. */
  readonly isStaged?: boolean;
  /** Values of `override` constants that the shader has for itself. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Returns the number of threads for a batch. */
  threads(batchSize: number): number;
}

/** Shaders that read one word of a pixel at a time, and two, by the channels that a thread computes. */
const BINARY_CHANNELS = [
  [16, binaryWords16, binaryPairs16],
  [8, binaryWords8, binaryPairs8],
  [4, binaryWords4, binaryPairs4],
] as const;

/** Threads that add up one sum, in the split-k variants. */
const SPLIT_K_SLICES = [8, 64] as const;

/**
 * Describes a layer shape, such as `binary 64×56×56→64×56×56 3×3`, followed by stride, dilation and groups that are not 1.
 */
export function shapeKey({ step, input, output }: ConvolutionShape): string {
  const text = (shape: ChwShape) => `${shape.channels}×${shape.height}×${shape.width}`;
  const parts = [
    `${step.kind.replace('Convolution', '')} ${text(input)}→${text(output)} ${step.kernel.join('×')}`,
    ...(step.stride.some((stride) => stride !== 1) ? [`stride ${step.stride.join('×')}`] : []),
    ...(step.dilation.some((dilation) => dilation !== 1) ? [`dilation ${step.dilation.join('×')}`] : []),
    ...(step.group === 1 ? [] : [`group ${step.group}`]),
  ];
  return parts.join(' ');
}

/** Returns the distinct layer shapes of a plan's convolutions, each with the first layer of that shape. */
export function convolutionShapes({ tensors, steps }: Plan): readonly ConvolutionShape[] {
  const shapes = new Map<string, ConvolutionShape>();
  for (const step of steps) {
    if (!isConvolution(step)) continue;
    const [input, output] = [tensors[step.input]?.shape, tensors[step.output]?.shape];
    if (!input || !output) continue;
    const shape = { step, input, output };
    if (!shapes.has(shapeKey(shape))) shapes.set(shapeKey(shape), shape);
  }
  return [...shapes.values()];
}

function isConvolution(step: Step): step is Convolution {
  return ['integerConvolution', 'floatConvolution', 'binaryConvolution'].includes(step.kind);
}

/**
 * Returns whether codes are 0 to 3 in two bit planes and every filter reads all channels, so that the bits of the planes
 * can be counted as they are.
 */
export function hasUsualLevels({ levels, group }: BinaryConvolution): boolean {
  const { terms } = levels;
  const isCounted = terms.every(({ planes, limbs }) => limbs.length === 1 && limbs[0] === planes && planes > 0);
  return group === 1 && isCounted && terms.length === 2 && terms.every(({ planes }) => planes < 4);
}

/** Returns the variants that can run a shape on a device; there are at least three. */
export function variantsOf(shape: ConvolutionShape, capabilities: Capabilities): readonly Variant[] {
  const { step } = shape;
  const byChannels = (channels: 4 | 8 | 16, code: ShaderCode, valuesOfChannel: number): Variant => ({
    name: `channels-${channels}`,
    code,
    channels,
    values: valuesOf(channels, valuesOfChannel),
    threads: pixelThreads(shape, channels),
  });
  const staged = (channels: 8 | 16, code: ShaderCode, valuesOfChannel: number): Variant => ({
    name: `staged-${channels}`,
    code,
    channels,
    values: valuesOf(channels, valuesOfChannel),
    isStaged: true,
    threads: stagedThreads(shape.output),
  });
  const splitK = (code: ShaderCode) =>
    SPLIT_K_SLICES.map(
      (slices): Variant => ({
        name: `split-k-${slices}`,
        code,
        channels: BLOCK_CHANNELS,
        values: valuesOf(BLOCK_CHANNELS, 3),
        constants: { slices },
        threads: splitKThreads(shape, slices),
      }),
    );
  switch (step.kind) {
    case 'integerConvolution': {
      // The partial sum, and one or two words of the whole sum.
      const values = Math.min(3, 1 + step.weights.limbs.length);
      const isFirst = canStage(step, shape.input);
      return [
        ...(isFirst ? [staged(16, integerStaged16, values), staged(8, integerStaged8, values)] : []),
        byChannels(8, integerChannels8, values),
        ...splitK(integerSplitK),
      ];
    }
    case 'floatConvolution':
      return [byChannels(16, floatChannels16, 2), byChannels(8, floatChannels8, 2), ...splitK(floatSplitK)];
    case 'binaryConvolution':
      if (!hasUsualLevels(step)) {
        // Sums of limbs, weights, and members.
        const values = (step.levels.terms[0]?.limbs.length ?? 1) + 2;
        return [
          byChannels(8, onDemand('levelChannels8'), values),
          byChannels(4, onDemand('levelChannels4'), values),
          ...splitK(onDemand('levelSplitK')),
        ];
      }
      return [
        ...BINARY_CHANNELS.map(([channels, words, pairs]) => {
          // Sums of two planes, and the weights of one word or two.
          const pair = { ...byChannels(channels, pairs, 4), wordsOfRead: 2 };
          const isEven = wordCount(shape.input.channels) % 2 === 0;
          return isEven && pair.values <= gpuModelOf(capabilities).values ? pair : byChannels(channels, words, 3);
        }),
        ...splitK(binarySplitK),
      ];
  }
}

/** Values of a thread besides those for each channel: positions, indices, counters, and inputs. */
const OTHER_VALUES = 20;

function valuesOf(channels: number, valuesOfChannel: number): number {
  return channels * valuesOfChannel + OTHER_VALUES;
}

/** Threads of whole workgroups, each of which has its own channels. */
function pixelThreads({ output }: ConvolutionShape, channels: number): (batchSize: number) => number {
  const columns = Math.ceil(output.channels / channels);
  const area = output.height * output.width;
  return (batchSize) => Math.ceil((batchSize * area) / WORKGROUP_SIZE) * columns * WORKGROUP_SIZE;
}

function splitKThreads({ output }: ConvolutionShape, slices: number): (batchSize: number) => number {
  const workgroups = Math.ceil((blockCount(output.channels) * slices) / WORKGROUP_SIZE);
  return (batchSize) => batchSize * output.height * output.width * workgroups * WORKGROUP_SIZE;
}
