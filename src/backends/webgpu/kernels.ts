import binaryConvolution from '../../../shaders/binary-convolution.wgsl';
import codePooling from '../../../shaders/code-pooling.wgsl';
import decode from '../../../shaders/decode.wgsl';
import floatConvolution from '../../../shaders/float-convolution.wgsl';
import floatPooling from '../../../shaders/float-pooling.wgsl';
import integerConvolution from '../../../shaders/integer-convolution.wgsl';
import pointwise from '../../../shaders/pointwise.wgsl';
import quantize from '../../../shaders/quantize.wgsl';
import type { Planes } from '../../graph/shapes.ts';
import {
  type CodePooling,
  type Convolution,
  type Epilogue,
  type FloatPooling,
  LIMB_BITS,
  type PlanTensor,
  type Step,
} from '../../plan/plan.ts';
import {
  clampToFloat32,
  filterShape,
  layOutAffine,
  layOutFloats,
  layOutFloatThresholds,
  layOutIntegerThresholds,
  layOutLimbs,
  layOutLimbThresholds,
  layOutSigns,
  quadCount,
  wordCount,
} from './layout.ts';

type Constants = Readonly<Record<string, number>>;
type Table = Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** How one step runs on the GPU. Binding 0 is always the frame, and binding 1 the step's shape. */
export interface Kernel {
  readonly label: string;
  readonly code: string;
  readonly entryPoint: string;
  readonly constants: Constants;
  /** Uniform sizes, in the order of the shader's struct. */
  readonly shape: Int32Array<ArrayBuffer>;
  /** Constant tables by their binding. */
  readonly tables: ReadonlyMap<number, Table>;
  readonly inputBinding: number;
  readonly outputBinding: number;
  /** Threads for one image; those of a batch follow each other. */
  threads(imageCount: number): number;
}

/** The kernel of a step between two tensors. */
export function kernelOf(step: Step, input: PlanTensor, output: PlanTensor): Kernel {
  switch (step.kind) {
    case 'integerConvolution':
    case 'floatConvolution':
    case 'binaryConvolution':
      return convolutionKernel(step, input, output.shape);
    case 'codePooling': {
      const bits = bitsOf(input);
      const words = wordCount(input.shape.channels);
      return {
        ...poolingKernel(step, input.shape, output.shape, words),
        code: codePooling,
        constants: { planes: bits },
        tables: new Map([[3, packFlags(step.smallest)]]),
      };
    }
    case 'floatPooling':
      return {
        ...poolingKernel(step, input.shape, output.shape, input.shape.channels),
        code: floatPooling,
        constants: { isAverage: step.method === 'average' ? 1 : 0 },
        tables: new Map(),
      };
    case 'pointwise': {
      const { factor, offset, negativeSlope } = step.epilogue;
      const table = Float32Array.from(Array.from(factor, (value, channel) => [value, offset[channel] ?? 0]).flat());
      const constants = { inputIsInteger: input.kind === 'integers' ? 1 : 0, negativeSlope };
      return {
        ...elementKernel(step.layer, input.shape, channelsOf),
        code: pointwise,
        constants,
        tables: table3(table),
      };
    }
    case 'quantize': {
      const { thresholds } = step.epilogue;
      const rows = thresholds.map((values) => Array.from(values, clampToFloat32));
      const table = Float32Array.from([...step.sign, ...rows.flat()]);
      const constants = { planes: bitsOf(output), thresholdCount: thresholds.length };
      return { ...elementKernel(step.layer, input.shape, wordsOf), code: quantize, constants, tables: table3(table) };
    }
    case 'decode': {
      const table = Float32Array.from(input.kind === 'codes' ? input.levels : []);
      const constants = { planes: bitsOf(input) };
      return { ...elementKernel(step.layer, input.shape, channelsOf), code: decode, constants, tables: table3(table) };
    }
  }
}

function convolutionKernel(step: Convolution, input: PlanTensor, output: Planes): Kernel {
  const { height, width, channels } = input.shape;
  const filters = filterShape(step, input.shape, output);
  const quads = quadCount(output.channels);
  const isBinary = step.kind === 'binaryConvolution';
  const depth = isBinary ? wordCount(channels) : channels;
  const stride = isBinary ? depth * bitsOf(input) : depth;
  const toCodes = step.epilogue.kind === 'codes';
  const tables = new Map<number, Table>([[toCodes ? 7 : 6, epilogueTable(step)]]);
  const constants: Record<string, number> = epilogueConstants(step.epilogue);
  let code: string;
  switch (step.kind) {
    case 'integerConvolution':
      code = integerConvolution;
      tables.set(3, layOutLimbs(step.weights, filters));
      constants.limbs = step.weights.limbs.length;
      break;
    case 'floatConvolution':
      code = floatConvolution;
      tables.set(3, layOutFloats(step.weights, filters));
      break;
    case 'binaryConvolution':
      code = binaryConvolution;
      tables.set(3, layOutSigns(step.signs, filters));
      constants.planes = bitsOf(input);
      break;
  }
  const { kernel, stride: strides, pad, dilation } = step;
  return {
    label: step.layer,
    code,
    entryPoint: toCodes ? 'toCodes' : 'toFloats',
    constants,
    shape: Int32Array.from([
      ...[height, width, stride, depth],
      ...[output.height, output.width, output.channels, quads],
      ...[...kernel, ...strides, ...pad, ...dilation],
    ]),
    tables,
    inputBinding: 2,
    outputBinding: toCodes ? 4 : 5,
    threads: (imageCount) => Math.ceil((imageCount * output.height * output.width) / 4) * quads,
  };
}

function epilogueTable(step: Convolution): Table {
  const { epilogue } = step;
  if (epilogue.kind === 'floats') return layOutAffine(epilogue.factor, epilogue.offset);
  switch (step.kind) {
    case 'integerConvolution':
      return layOutLimbThresholds(epilogue.thresholds, LIMB_BITS * (step.weights.limbs.length - 1));
    case 'floatConvolution':
      return layOutFloatThresholds(epilogue.thresholds);
    case 'binaryConvolution':
      return layOutIntegerThresholds(epilogue.thresholds);
  }
}

function epilogueConstants(epilogue: Epilogue): Record<string, number> {
  if (epilogue.kind === 'floats') return { negativeSlope: epilogue.negativeSlope };
  const thresholdCount = epilogue.thresholds.length;
  return { thresholdCount, codeBits: Math.ceil(Math.log2(thresholdCount + 1)) };
}

type Part = 'label' | 'entryPoint' | 'shape' | 'inputBinding' | 'outputBinding' | 'threads';

function poolingKernel(
  step: CodePooling | FloatPooling,
  input: Planes,
  output: Planes,
  depth: number,
): Pick<Kernel, Part> {
  const { kernel, stride, pad } = step;
  return {
    label: step.layer,
    entryPoint: 'main',
    shape: Int32Array.from([
      ...[input.height, input.width, output.height, output.width, depth],
      ...[...kernel, ...stride, ...pad],
    ]),
    inputBinding: 2,
    outputBinding: 4,
    threads: (imageCount) => imageCount * output.height * output.width * depth,
  };
}

function elementKernel(
  label: string,
  { channels, height, width }: Planes,
  depthOf: (channels: number) => number,
): Pick<Kernel, Part> {
  return {
    label,
    entryPoint: 'main',
    shape: Int32Array.of(height * width, channels),
    inputBinding: 2,
    outputBinding: 4,
    threads: (imageCount) => imageCount * height * width * depthOf(channels),
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
