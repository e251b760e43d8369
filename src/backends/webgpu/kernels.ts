import codePooling from '../../../shaders/code-pooling.wgsl';
import floatPooling from '../../../shaders/float-pooling.wgsl';
import pointwise from '../../../shaders/pointwise.wgsl';
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
  PlanTensor,
  Step,
  TensorId,
} from '../../plan/plan.ts';
import {
  filterShape,
  layOutAffine,
  layOutFloats,
  layOutFloatThresholds,
  layOutIntegerThresholds,
  layOutLimbs,
  layOutLimbThresholds,
  layOutMembers,
  layOutSigns,
  layOutTerms,
  QUAD_CHANNELS,
  quadCount,
  wordCount,
} from './layout.ts';
import { onDemand } from './on-demand.ts';
import { type ConvolutionShape, hasUsualLevels, type Variant, type VariantName } from './variants.ts';

type Constants = Readonly<Record<string, number>>;
/** What a buffer is filled with. */
export type Table =
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

/** How one step runs on the GPU. Binding 0 is always the frame, and binding 1 the step's shape. */
export interface Kernel {
  readonly label: string;
  /** Of a convolution. */
  readonly variant?: VariantName;
  /** The shader's text. */
  readonly code: string | Promise<string>;
  readonly entryPoint: string;
  readonly constants: Constants;
  /** Uniform numbers, in the order of the shader's struct. */
  readonly shape: Int32Array<ArrayBuffer>;
  /** Constant tables by their binding. */
  readonly tables: ReadonlyMap<number, Table>;
  /** The step's tensors by their binding. */
  readonly tensors: ReadonlyMap<number, TensorId>;
  /** The tensor that is made bit by bit, in memory that was cleared. */
  readonly cleared?: TensorId;
  /** Threads for one image; those of a batch follow each other. */
  threads(imageCount: number): number;
}

/**
 * The kernel of a step between two tensors.
 * @param variantOf says which of a convolution's variants to take.
 */
export function kernelOf(
  step: Step,
  input: PlanTensor,
  output: PlanTensor,
  variantOf: (shape: ConvolutionShape) => Variant,
): Kernel {
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
    case 'codePooling': {
      const bits = bitsOf(input);
      const words = wordCount(input.shape.channels);
      return {
        ...poolingKernel(step, input.shape, output.shape, words, words),
        code: codePooling,
        constants: { planes: bits },
        tables: new Map([[3, packFlags(step.smallest)]]),
      };
    }
    case 'floatPooling': {
      const { constants, tables, tensors, ...codes } = floatsOut(step.output, output.shape, step.epilogue);
      const { channels } = input.shape;
      return {
        ...poolingKernel(step, input.shape, output.shape, channels, quadCount(channels)),
        ...codes,
        code: floatPooling,
        constants: { ...constants, isAverage: step.method === 'average' ? 1 : 0 },
        tables: new Map(tables),
        tensors: new Map([[2, step.input], ...tensors]),
      };
    }
    case 'pointwise': {
      const { constants, tables, tensors, ...codes } = floatsOut(step.output, output.shape, step.epilogue);
      const quads = quadCount(input.shape.channels);
      return {
        ...elementKernel(step, input.shape, quadCount, [quads, 0, ...bendNumbers(step.epilogue)]),
        ...codes,
        code: pointwise,
        constants: { ...constants, inputIsInteger: input.kind === 'integers' ? 1 : 0 },
        tables: new Map(tables),
        tensors: new Map([[2, step.input], ...tensors]),
      };
    }
    case 'quantize': {
      const { thresholds } = step.epilogue;
      const rows = thresholds.map((values) => Array.from(values, clampToFloat32));
      const table = Float32Array.from([...step.sign, ...rows.flat()]);
      const constants = { planes: bitsOf(output), thresholdCount: thresholds.length };
      return {
        ...elementKernel(step, input.shape, wordsOf),
        code: onDemand('quantize')(),
        constants,
        tables: table3(table),
      };
    }
    case 'dequantize': {
      const table = output.kind === 'integers' ? Int32Array.from(step.values) : Float32Array.from(step.values);
      const constants = { planes: bitsOf(input) };
      return {
        ...elementKernel(step, input.shape, channelsOf),
        code: onDemand('decode')(),
        constants,
        tables: table3(table),
      };
    }
    case 'eltwise': {
      const [coefficient, otherCoefficient] = step.coefficients;
      const isProduct = step.operation === 'product' ? 1 : 0;
      const isMaximum = step.operation === 'max' ? 1 : 0;
      const kernel = elementKernel(step, input.shape, channelsOf, floatBits([coefficient, otherCoefficient]));
      return {
        ...kernel,
        code: onDemand('eltwise')(),
        constants: { isProduct, isMaximum },
        tables: new Map(),
        tensors: new Map([...kernel.tensors, [10, step.other]]),
      };
    }
    case 'concatPart': {
      const place = [step.firstChannel, output.shape.channels];
      if (input.kind !== 'codes') {
        const kernel = elementKernel(step, input.shape, channelsOf, place);
        return { ...kernel, code: onDemand('concatFloats')(), constants: {}, tables: new Map() };
      }
      return {
        ...elementKernel(step, input.shape, (depth) => input.bits * wordCount(depth), place),
        code: onDemand('concatCodes')(),
        entryPoint: 'toCodes',
        constants: { planes: input.bits },
        tables: new Map(),
        cleared: step.output,
      };
    }
    case 'lrn': {
      const { size, alpha, beta, k } = step;
      const numbers = [(size - 1) / 2, ...floatBits([alpha / size, beta, k])];
      return {
        ...elementKernel(step, input.shape, channelsOf, numbers),
        code: onDemand('lrn')(),
        constants: {},
        tables: new Map(),
      };
    }
    case 'softmax':
      return {
        ...elementKernel(step, input.shape, () => 1),
        code: onDemand('softmax')(),
        constants: {},
        tables: new Map(),
      };
    case 'reshape': {
      const sizes = [input.shape, output.shape].flatMap(({ channels, height, width }) => [channels, height * width]);
      return {
        ...elementKernel(step, output.shape, channelsOf),
        code: onDemand('reshape')(),
        shape: Int32Array.from(sizes),
        constants: {},
        tables: new Map(),
      };
    }
  }
}

function convolutionKernel(step: Convolution, input: PlanTensor, output: ChwShape, variant: Variant): Kernel {
  const { height, width, channels } = input.shape;
  const filters = filterShape(step, input.shape, output);
  const quads = quadCount(output.channels);
  const depth = step.kind === 'binaryConvolution' ? wordCount(channels) : channels;
  let stride = depth;
  const { epilogue } = step;
  const out = epilogue.kind === 'codes' ? codesOut(step, epilogue) : floatsOut(step.output, output, epilogue);
  const tables = new Map(out.tables);
  const constants: Record<string, number> = { ...out.constants, ...variant.constants };
  switch (step.kind) {
    case 'integerConvolution':
      tables.set(3, layOutLimbs(step.weights, filters));
      constants.limbs = step.weights.limbs.length;
      break;
    case 'floatConvolution':
      tables.set(3, layOutFloats(step.weights, filters));
      break;
    case 'binaryConvolution':
      tables.set(3, layOutSigns(step.signs, filters));
      if (!hasUsualLevels(step)) {
        stride = depth * bitsOf(input);
        constants.planes = bitsOf(input);
        tables.set(8, layOutMembers(filters));
        tables.set(9, layOutTerms(step.levels.terms));
        constants.termCount = step.levels.terms.length;
        constants.limbs = limbCount(step);
      }
      break;
  }
  const { kernel, stride: strides, pad, dilation } = step;
  return {
    ...out,
    label: step.layer,
    variant: variant.name,
    code: variant.code(),
    entryPoint: epilogue.kind === 'codes' ? 'toCodes' : 'toFloats',
    constants,
    shape: Int32Array.from([
      ...[height, width, stride, depth],
      ...[output.height, output.width, output.channels, quads],
      ...[...kernel, ...strides, ...pad, ...dilation],
      ...(epilogue.kind === 'floats' ? bendNumbers(epilogue) : NO_BEND),
    ]),
    tables,
    tensors: new Map([[2, step.input], ...out.tensors]),
    threads: variant.threads,
  };
}

/** What a kernel needs for its results, its pairs by their binding. */
interface Out {
  readonly constants: Constants;
  readonly tables: readonly (readonly [binding: number, table: Table])[];
  readonly tensors: readonly (readonly [binding: number, tensor: TensorId])[];
  readonly cleared?: TensorId;
}

/** shaders/store-codes.wgsl */
function codesOut(step: Convolution, { thresholds }: CodeEpilogue): Out {
  return {
    constants: quantizerConstants(thresholds),
    tables: [[7, accumulatorThresholds(step, thresholds)]],
    tensors: [[4, step.output]],
    cleared: step.output,
  };
}

/** shaders/store-floats.wgsl; what is not needed is bound to a few bytes. */
function floatsOut(output: TensorId, { channels }: ChwShape, { factor, offset, shortcut, codes }: FloatEpilogue): Out {
  const keepsFloats = codes?.keepsFloats ?? true;
  const tables: (readonly [number, Table])[] = [[6, layOutAffine(factor, offset, codes)]];
  const tensors: (readonly [number, TensorId])[] = [];
  const bind = (binding: number, tensor: TensorId | undefined) => {
    if (tensor === undefined) tables.push([binding, new Float32Array(1)]);
    else tensors.push([binding, tensor]);
  };
  bind(4, codes?.output);
  bind(5, keepsFloats ? output : undefined);
  bind(10, shortcut);
  const flags = {
    hasShortcut: shortcut === undefined ? 0 : 1,
    keepsFloats: keepsFloats ? 1 : 0,
    fillsQuads: channels % QUAD_CHANNELS === 0 ? 1 : 0,
  };
  if (!codes) return { constants: flags, tables, tensors };
  const constants = { ...flags, makesCodes: 1, ...quantizerConstants(codes.thresholds) };
  return { constants, tables, tensors, cleared: codes.output };
}

function quantizerConstants({ length }: readonly Float64Array[]): Constants {
  return { thresholdCount: length, codeBits: codeBits(length + 1) };
}

function accumulatorThresholds(step: Convolution, thresholds: readonly Float64Array[]): Table {
  switch (step.kind) {
    case 'integerConvolution':
      return layOutLimbThresholds(thresholds, LIMB_BITS * (step.weights.limbs.length - 1));
    case 'floatConvolution':
      return layOutFloatThresholds(thresholds);
    case 'binaryConvolution':
      return hasUsualLevels(step)
        ? layOutIntegerThresholds(thresholds)
        : layOutLimbThresholds(thresholds, LIMB_BITS * (limbCount(step) - 1));
  }
}

function bendNumbers({ negativeSlope, lowest, highest }: FloatEpilogue): number[] {
  return floatBits([negativeSlope, clampToFloat32(lowest), clampToFloat32(highest)]);
}

/** What stands in uniforms where codes leave a step. */
const NO_BEND = [0, 0, 0];

/** float32 numbers as the whole numbers of the same bits. */
function floatBits(values: readonly number[]): number[] {
  return Array.from(new Int32Array(Float32Array.from(values).buffer));
}

function limbCount({ levels }: BinaryConvolution): number {
  return levels.terms[0]?.limbs.length ?? 1;
}

type Part = 'label' | 'entryPoint' | 'shape' | 'tensors' | 'threads';

function poolingKernel(
  step: CodePooling | FloatPooling,
  input: ChwShape,
  output: ChwShape,
  depth: number,
  threadsAPixel: number,
): Pick<Kernel, Part> {
  const { kernel, stride, pad } = step;
  return {
    label: step.layer,
    entryPoint: 'main',
    shape: Int32Array.from([
      ...[input.height, input.width, output.height, output.width, depth],
      ...[...kernel, ...stride, ...pad],
      ...[output.channels, quadCount(output.channels), 0, 0, 0],
      ...(step.kind === 'floatPooling' ? bendNumbers(step.epilogue) : NO_BEND),
    ]),
    ...inAndOut(step),
    threads: (imageCount) => imageCount * output.height * output.width * threadsAPixel,
  };
}

function elementKernel(
  step: Step,
  { channels, height, width }: ChwShape,
  depthOf: (channels: number) => number,
  numbers: readonly number[] = [],
): Pick<Kernel, Part> {
  return {
    label: step.layer,
    entryPoint: 'main',
    shape: Int32Array.of(height * width, channels, ...numbers),
    ...inAndOut(step),
    threads: (imageCount) => imageCount * height * width * depthOf(channels),
  };
}

function inAndOut({ input, output }: Step): Pick<Kernel, 'tensors'> {
  return {
    tensors: new Map([
      [2, input],
      [4, output],
    ]),
  };
}

const channelsOf = (channels: number) => channels;
const wordsOf = (channels: number) => wordCount(channels);

function table3(table: Table): ReadonlyMap<number, Table> {
  return new Map([[3, table]]);
}

function bitsOf(tensor: PlanTensor): number {
  return tensor.kind === 'codes' ? tensor.bits : 0;
}

function packFlags(flags: Uint8Array): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(wordCount(flags.length));
  for (const [index, flag] of flags.entries()) {
    if (flag) words[index >> 5] = (words[index >> 5] as number) | (1 << (index & 31));
  }
  return words;
}
