import eltwise from '../../../shaders/pointwise/eltwise.wgsl';
import pointwise from '../../../shaders/pointwise/pointwise.wgsl';
import quantize from '../../../shaders/pointwise/quantize.wgsl';
import codePooling from '../../../shaders/pooling/code-pooling.wgsl';
import floatPooling from '../../../shaders/pooling/float-pooling.wgsl';
import type { ChwShape } from '../../graph/shapes.ts';
import { clampToFloat32 } from '../../numerics/float32.ts';
import { codeBits } from '../../plan/code-levels.ts';
import { LIMB_BITS } from '../../plan/limbs.ts';
import type {
  BinaryConvolution,
  CodeEpilogue,
  CodePooling,
  Convolution,
  FloatEpilogue,
  FloatPooling,
  IntegerTensor,
  PlanTensor,
  Step,
  TensorId,
  Windows,
} from '../../plan/plan.ts';
import { integerWeights, packStagedShape, stagedPixels } from './integer-kernel.ts';
import { BLOCK_CHANNELS, blockCount, paddedBlockCount, quadCount, wordCount } from './layout.ts';
import {
  filterShape,
  packAffine,
  packFloats,
  packFloatThresholds,
  packIntegerThresholds,
  packLimbThresholds,
  packMembers,
  packSigns,
  packTerms,
} from './pack-weights.ts';
import { onDemand, type ShaderCode } from './shader-code.ts';
import { type KernelBinding, packUniform } from './shader-interface.ts';
import type { VariantName } from './variant-names.ts';
import { type ConvolutionShape, hasUsualLevels, type Variant } from './variants.ts';

type Constants = Readonly<Record<string, number>>;
/** The contents of a buffer. */
export type Table =
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

/** The implementation of one step on the GPU. */
export interface Kernel {
  /** The layer's name. */
  readonly label: string;
  /** Convolutions only. */
  readonly variant?: VariantName;
  readonly code: ShaderCode;
  readonly entryPoint: string;
  /** Values of the shader's `override` constants. */
  readonly constants: Constants;
  /** The uniform `shape`, packed. */
  readonly shape: Int32Array<ArrayBuffer>;
  /** Constant tables by the shader's variable. */
  readonly tables: Bound<Table>;
  /** The step's tensors by the shader's variable. */
  readonly tensors: Bound<TensorId>;
  /** The tensor whose bits the kernel sets one by one, in memory that must have been cleared. */
  readonly cleared?: TensorId;
  /** Returns the number of threads for a batch. */
  threads(batchSize: number): number;
}

type Bound<Resource> = Readonly<Partial<Record<KernelBinding, Resource>>>;

/**
 * Returns the kernel of a step between two tensors.
 * @param variantOf chooses the variant of a convolution.
 */
export function kernelOf(
  step: Step,
  input: PlanTensor,
  output: PlanTensor,
  variantOf: (shape: ConvolutionShape) => Variant,
): Kernel {
  const { channels } = input.shape;
  const elements = { pixels: areaOf(input.shape), channels };
  switch (step.kind) {
    case 'integerConvolution':
    case 'floatConvolution':
    case 'binaryConvolution':
      return convolutionKernel(
        step,
        input,
        output.shape,
        variantOf({ step, input: input.shape, output: output.shape }),
      );
    case 'codePooling':
      return {
        ...poolingKernel(step, input.shape, output.shape, wordCount(channels), wordCount(channels)),
        code: codePooling,
        constants: { planes: bitsOf(input) },
        tables: { smallest: packFlags(step.smallest) },
        tensors: inputAndOutput(step),
      };
    case 'floatPooling': {
      const { constants, tensors, ...epilogue } = floatEpilogue(
        step.output,
        output.shape,
        step.epilogue,
        BLOCK_CHANNELS,
      );
      return {
        ...poolingKernel(step, input.shape, output.shape, channels, blockCount(channels)),
        ...epilogue,
        code: floatPooling,
        constants: { ...constants, isAverage: step.method === 'average' ? 1 : 0 },
        tensors: { input: step.input, ...tensors },
      };
    }
    case 'pointwise': {
      const { constants, tensors, ...epilogue } = floatEpilogue(
        step.output,
        output.shape,
        step.epilogue,
        BLOCK_CHANNELS,
      );
      const blocks = blockCount(channels);
      return {
        ...elementwise(step, input.shape, blocks),
        ...epilogue,
        code: pointwise,
        constants: { ...constants, inputIsInteger: input.kind === 'integers' ? 1 : 0 },
        shape: packUniform('Pointwise', {
          pixels: elements.pixels,
          outputChannels: channels,
          blocks,
          ...activationOf(step.epilogue),
        }),
        tensors: { input: step.input, ...tensors },
      };
    }
    case 'quantize': {
      const { thresholds } = step.epilogue;
      const rows = thresholds.map((values) => Array.from(values, clampToFloat32));
      return {
        ...elementwise(step, input.shape, wordCount(channels)),
        code: quantize,
        constants: { planes: bitsOf(output), thresholdCount: thresholds.length },
        shape: packUniform('Elements', elements),
        tables: { quantizer: Float32Array.from([...step.sign, ...rows.flat()]) },
      };
    }
    case 'dequantize':
      return {
        ...elementwise(step, input.shape, blockCount(channels)),
        code: onDemand('dequantize'),
        constants: { planes: bitsOf(input), makesIntegers: output.kind === 'integers' ? 1 : 0 },
        shape: packUniform('Elements', elements),
        tables: { levels: Float32Array.from(step.values) },
      };
    case 'eltwise': {
      const [coefficient, otherCoefficient] = step.coefficients;
      return {
        ...elementwise(step, input.shape, channels),
        code: eltwise,
        constants: { isProduct: step.operation === 'product' ? 1 : 0, isMaximum: step.operation === 'max' ? 1 : 0 },
        shape: packUniform('Eltwise', { ...elements, coefficient, otherCoefficient }),
        tensors: { ...inputAndOutput(step), other: step.other },
      };
    }
    case 'concatPart': {
      const { firstChannel } = step;
      const shape = packUniform('ConcatPart', { ...elements, firstChannel, outputChannels: output.shape.channels });
      if (input.kind !== 'codes')
        return { ...elementwise(step, input.shape, channels), code: onDemand('concatFloats'), shape };
      return {
        ...elementwise(step, input.shape, input.bits * wordCount(channels)),
        code: onDemand('concatCodes'),
        constants: { planes: input.bits },
        shape,
        tensors: { input: step.input, codes: step.output },
        cleared: step.output,
      };
    }
    case 'lrn': {
      const { size, alpha, beta, k: bias } = step;
      const values = { radius: (size - 1) / 2, factor: alpha / size, beta, bias };
      return {
        ...elementwise(step, input.shape, channels),
        code: onDemand('lrn'),
        shape: packUniform('Lrn', { ...elements, ...values }),
      };
    }
    case 'softmax':
      return {
        ...elementwise(step, input.shape, 1),
        code: onDemand('softmax'),
        shape: packUniform('Elements', elements),
      };
    case 'reshape':
      return {
        ...elementwise(step, output.shape, output.shape.channels),
        code: onDemand('reshape'),
        shape: packUniform('Reshape', {
          inputChannels: channels,
          inputArea: elements.pixels,
          outputChannels: output.shape.channels,
          outputArea: areaOf(output.shape),
        }),
      };
  }
}

function convolutionKernel(step: Convolution, input: PlanTensor, output: ChwShape, variant: Variant): Kernel {
  const { height, width, channels } = input.shape;
  const blocks = paddedBlockCount(output.channels, variant.channels);
  const row = blocks * BLOCK_CHANNELS;
  const filters = filterShape(step, input.shape, output, row);
  const inputDepth = depthOf(step, channels) / (variant.wordsOfRead ?? 1);
  let inputStride = inputDepth;
  const { epilogue } = step;
  const out =
    epilogue.kind === 'codes'
      ? codeEpilogue(step, epilogue, row)
      : floatEpilogue(step.output, output, epilogue, variant.channels);
  const constants: Record<string, number> = { ...out.constants, ...variant.constants };
  const activation = epilogue.kind === 'floats' ? activationOf(epilogue) : NO_ACTIVATION;
  const common = {
    label: step.layer,
    variant: variant.name,
    code: variant.code,
    entryPoint: epilogue.kind === 'codes' ? 'toCodes' : 'toFloats',
    tensors: { input: step.input, ...out.tensors },
    threads: variant.threads,
  };
  let tables: Bound<Table>;
  switch (step.kind) {
    case 'integerConvolution': {
      const { weights, tapsOfSum, ...more } = integerWeights(step, input as IntegerTensor, filters, variant.channels);
      tables = { weights };
      Object.assign(constants, more.constants);
      if (variant.isStaged) {
        constants.stagedPixels = stagedPixels(step);
        const shape = packStagedShape(step, input.shape, output, row, tapsOfSum, activation);
        // Its threads write whole words, so nothing must be cleared.
        return { ...common, constants, shape, tables: { ...tables, ...out.tables } };
      }
      break;
    }
    case 'floatConvolution':
      tables = { weights: packFloats(step.weights, filters) };
      break;
    case 'binaryConvolution':
      tables = { weights: packSigns(step.signs, filters) };
      if (!hasUsualLevels(step)) {
        inputStride = inputDepth * bitsOf(input);
        constants.planes = bitsOf(input);
        constants.termCount = step.levels.terms.length;
        constants.limbs = limbCount(step);
        tables = { ...tables, members: packMembers(filters), terms: packTerms(step.levels.terms) };
      }
      break;
  }
  const { kernel, dilation } = step;
  return {
    ...out,
    ...common,
    constants,
    shape: packUniform('Convolution', {
      inputHeight: height,
      inputWidth: width,
      inputStride,
      inputDepth,
      outputHeight: output.height,
      outputWidth: output.width,
      outputChannels: output.channels,
      blocks,
      kernelHeight: kernel[0],
      kernelWidth: kernel[1],
      ...windowsOf(step),
      dilationY: dilation[0],
      dilationX: dilation[1],
      ...activation,
    }),
    tables: { ...tables, ...out.tables },
  };
}

/** Words, quads or values of an input pixel that a convolution reads. */
function depthOf({ kind }: Convolution, channels: number): number {
  switch (kind) {
    case 'integerConvolution':
      return quadCount(channels);
    case 'floatConvolution':
      return channels;
    case 'binaryConvolution':
      return wordCount(channels);
  }
}

/** The parts of a kernel that its epilogue adds. */
type EpilogueParts = Pick<Kernel, 'constants' | 'tables' | 'tensors' | 'cleared'>;

/** The parameters of an epilogue that makes codes. */
function codeEpilogue(step: Convolution, { thresholds }: CodeEpilogue, row: number): EpilogueParts {
  return {
    constants: quantizerConstants(thresholds),
    tables: { thresholds: accumulatorThresholds(step, thresholds, row) },
    tensors: { codes: step.output },
    cleared: step.output,
  };
}

/**
 * The parameters of an epilogue that makes floats; variables that it does not use are bound to a few bytes.
 * @param group channels of a thread, to a multiple of which rows of tables are padded.
 */
function floatEpilogue(
  output: TensorId,
  { channels }: ChwShape,
  { factor, offset, shortcut, codes }: FloatEpilogue,
  group: number,
): EpilogueParts {
  const keepsFloats = codes?.keepsFloats ?? true;
  const row = paddedBlockCount(channels, group) * BLOCK_CHANNELS;
  const tables: Partial<Record<KernelBinding, Table>> = { affine: packAffine(factor, offset, codes, row) };
  const tensors: Partial<Record<KernelBinding, TensorId>> = {};
  const bind = (variable: KernelBinding, tensor: TensorId | undefined) => {
    if (tensor === undefined) tables[variable] = new Float32Array(1);
    else tensors[variable] = tensor;
  };
  bind('codes', codes?.output);
  bind('floats', keepsFloats ? output : undefined);
  bind('shortcut', shortcut);
  const flags = {
    hasShortcut: shortcut === undefined ? 0 : 1,
    keepsFloats: keepsFloats ? 1 : 0,
    fillsBlocks: channels === row ? 1 : 0,
  };
  if (!codes) return { constants: flags, tables, tensors };
  const constants = { ...flags, makesCodes: 1, ...quantizerConstants(codes.thresholds) };
  return { constants, tables, tensors, cleared: codes.output };
}

function quantizerConstants({ length }: readonly Float64Array[]): Constants {
  return { thresholdCount: length, codeBits: codeBits(length + 1) };
}

function accumulatorThresholds(step: Convolution, thresholds: readonly Float64Array[], row: number): Table {
  switch (step.kind) {
    case 'integerConvolution':
      return packLimbThresholds(thresholds, LIMB_BITS * (step.weights.limbs.length - 1), row);
    case 'floatConvolution':
      return packFloatThresholds(thresholds, row);
    case 'binaryConvolution':
      return hasUsualLevels(step)
        ? packIntegerThresholds(thresholds, row)
        : packLimbThresholds(thresholds, LIMB_BITS * (limbCount(step) - 1), row);
  }
}

function activationOf({ negativeSlope, lowest, highest }: FloatEpilogue) {
  return { negativeSlope, lowest: clampToFloat32(lowest), highest: clampToFloat32(highest) };
}

/** Uniform values of a step whose output is codes. */
const NO_ACTIVATION = { negativeSlope: 0, lowest: 0, highest: 0 };

function windowsOf({ stride, pad }: Pick<Windows, 'stride' | 'pad'>) {
  return { strideY: stride[0], strideX: stride[1], padY: pad[0], padX: pad[1] };
}

function limbCount({ levels }: BinaryConvolution): number {
  return levels.terms[0]?.limbs.length ?? 1;
}

function poolingKernel(
  step: CodePooling | FloatPooling,
  input: ChwShape,
  output: ChwShape,
  depth: number,
  threadsPerPixel: number,
): Pick<Kernel, 'label' | 'entryPoint' | 'shape' | 'threads'> {
  return {
    label: step.layer,
    entryPoint: 'main',
    shape: packUniform('Pooling', {
      inputHeight: input.height,
      inputWidth: input.width,
      outputHeight: output.height,
      outputWidth: output.width,
      depth,
      kernelHeight: step.kernel[0],
      kernelWidth: step.kernel[1],
      ...windowsOf(step),
      outputChannels: output.channels,
      blocks: blockCount(output.channels),
      ...(step.kind === 'floatPooling' ? activationOf(step.epilogue) : NO_ACTIVATION),
    }),
    threads: (batchSize) => batchSize * areaOf(output) * threadsPerPixel,
  };
}

/** Parts shared by kernels that treat every pixel alike and have neither tables nor constants. */
function elementwise(
  step: Step,
  shape: ChwShape,
  threadsPerPixel: number,
): Pick<Kernel, 'label' | 'entryPoint' | 'constants' | 'tables' | 'tensors' | 'threads'> {
  return {
    label: step.layer,
    entryPoint: 'main',
    constants: {},
    tables: {},
    tensors: inputAndOutput(step),
    threads: (batchSize) => batchSize * areaOf(shape) * threadsPerPixel,
  };
}

function inputAndOutput({ input, output }: Step): Bound<TensorId> {
  return { input, output };
}

function areaOf({ height, width }: ChwShape): number {
  return height * width;
}

function bitsOf(tensor: PlanTensor): number {
  return tensor.kind === 'codes' ? tensor.bits : 0;
}

/** Packs one flag per channel into 32-bit words. */
function packFlags(flags: Uint8Array): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(wordCount(flags.length));
  for (const [index, flag] of flags.entries()) {
    if (flag) words[index >> 5] = (words[index >> 5] as number) | (1 << (index & 31));
  }
  return words;
}
