import type { Windows } from '../../plan/plan.ts';
import type { MemoryLayout } from './memory-layout.ts';

/** Types of struct fields, named as in AssemblyScript. An f64 occupies two words, the others one. */
type FieldType = 'usize' | 'i32' | 'f32' | 'f64';

/** The fields of a struct, in the order of its class in kernels/. */
type StructFields = Readonly<Record<string, FieldType>>;

/** A value for each field: a number, an address, or a flag. */
export type StructValues<Fields extends StructFields> = { readonly [Field in keyof Fields]: number | boolean };

const WINDOW = {
  kernelHeight: 'i32',
  kernelWidth: 'i32',
  strideY: 'i32',
  strideX: 'i32',
  padY: 'i32',
  padX: 'i32',
} as const satisfies StructFields;

export const GEOMETRY = {
  input: 'usize',
  inputStride: 'i32',
  inputHeight: 'i32',
  inputWidth: 'i32',
  outputHeight: 'i32',
  outputWidth: 'i32',
  ...WINDOW,
  dilationY: 'i32',
  dilationX: 'i32',
  groups: 'i32',
  inputChannels: 'i32',
  outputChannels: 'i32',
  paddedWidth: 'i32',
  pixelBytes: 'i32',
  bandRows: 'i32',
  runs: 'usize',
  runCount: 'i32',
  weights: 'usize',
  blockBytes: 'i32',
  blocks: 'i32',
  epilogue: 'usize',
  isSplitByBlocks: 'i32',
} as const satisfies StructFields;

export const BINARY_CONVOLUTION = {
  ...GEOMETRY,
  passes: 'usize',
  passCount: 'i32',
  outputKind: 'i32',
  levelSums: 'i32',
  blockSums: 'i32',
  wideSums: 'i32',
} as const satisfies StructFields;

export const PASS = {
  weight: 'f64',
  levels: 'usize',
  bias: 'i32',
  biasSum: 'i32',
  runs: 'usize',
  runCount: 'i32',
  weights: 'i32',
  subtractsLevels: 'i32',
} as const satisfies StructFields;

export const REAL_CONVOLUTION = {
  ...GEOMETRY,
  elementBytes: 'i32',
  limbs: 'i32',
  limbBytes: 'i32',
  makesCodes: 'i32',
  blockSums: 'i32',
} as const satisfies StructFields;

export const POOLING = {
  input: 'usize',
  output: 'usize',
  inputStride: 'i32',
  outputStride: 'i32',
  inputHeight: 'i32',
  inputWidth: 'i32',
  outputWidth: 'i32',
  ...WINDOW,
  channels: 'i32',
  isAverage: 'i32',
  smallest: 'usize',
  epilogue: 'usize',
} as const satisfies StructFields;

export const ELEMENTS = {
  input: 'usize',
  inputStride: 'i32',
  output: 'usize',
  outputStride: 'i32',
  channels: 'i32',
  epilogue: 'usize',
  other: 'usize',
  otherStride: 'i32',
  coefficient: 'f32',
  otherCoefficient: 'f32',
  operation: 'i32',
  values: 'usize',
} as const satisfies StructFields;

export const CODE_EPILOGUE = {
  codes: 'usize',
  codeStride: 'i32',
  thresholds: 'usize',
  thresholdCount: 'i32',
  thresholdStride: 'i32',
} as const satisfies StructFields;

export const FLOAT_EPILOGUE = {
  floats: 'usize',
  floatStride: 'i32',
  factor: 'usize',
  offset: 'usize',
  hasActivation: 'i32',
  negativeSlope: 'f32',
  lowest: 'f32',
  highest: 'f32',
  shortcut: 'usize',
  shortcutStride: 'i32',
  codes: 'usize',
  codeStride: 'i32',
  sign: 'usize',
  thresholds: 'usize',
  thresholdCount: 'i32',
  thresholdStride: 'i32',
} as const satisfies StructFields;

export const PICTURE_RESAMPLING = {
  pixels: 'usize',
  pixelStride: 'i32',
  columnTaps: 'usize',
  rows: 'usize',
  rowTaps: 'usize',
  sums: 'usize',
  width: 'i32',
  height: 'i32',
  means: 'usize',
  channels: 'usize',
  pairBytes: 'i32',
  output: 'usize',
} as const satisfies StructFields;

/** Returns the values of the fields that describe the windows of a convolution or pooling. */
export function windowValues({ kernel, stride, pad }: Windows): StructValues<typeof WINDOW> {
  return {
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideY: stride[0],
    strideX: stride[1],
    padY: pad[0],
    padX: pad[1],
  };
}

/** Adds a struct to a memory layout and returns its address. */
export function addStruct<Fields extends StructFields>(
  layout: MemoryLayout,
  fields: Fields,
  values: StructValues<Fields>,
): number {
  return addStructs(layout, fields, [values]);
}

/** Adds consecutive structs to a memory layout and returns the address of the first one. */
export function addStructs<Fields extends StructFields>(
  layout: MemoryLayout,
  fields: Fields,
  structs: readonly StructValues<Fields>[],
): number {
  return layout.words(structs.flatMap((values) => structWords(fields, values)));
}

/** Returns the 32-bit words of a struct. */
export function structWords<Fields extends StructFields>(fields: Fields, values: StructValues<Fields>): number[] {
  return Object.entries(fields).flatMap(([field, type]) => wordsOf(Number(values[field]), type));
}

function wordsOf(value: number, type: FieldType): number[] {
  if (type === 'f32') return Array.from(new Int32Array(Float32Array.of(value).buffer));
  if (type === 'f64') return Array.from(new Int32Array(Float64Array.of(value).buffer));
  return [value];
}
