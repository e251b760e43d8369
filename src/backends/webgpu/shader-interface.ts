/**
 * Binding numbers in group 0 of the kernels' shaders, by the variable's name. A test compares them with the shaders'
 * declarations.
 */
export const KERNEL_BINDINGS = {
  batch: 0,
  shape: 1,
  input: 2,
  weights: 3,
  codes: 4,
  floats: 5,
  affine: 6,
  thresholds: 7,
  members: 8,
  terms: 9,
  shortcut: 10,
  output: 11,
  smallest: 12,
  quantizer: 13,
  levels: 14,
  other: 15,
} as const;
export type KernelBinding = keyof typeof KERNEL_BINDINGS;

/** Binding numbers in group 0 of the shaders in `shaders/picture`. */
export const PICTURE_BINDINGS = { picture: 0, taps: 1, pixels: 2, rows: 3, input: 4 } as const;
export type PictureBinding = keyof typeof PICTURE_BINDINGS;

const WINDOW_FIELDS = { strideY: 'i32', strideX: 'i32', padY: 'i32', padX: 'i32' } as const;
const ACTIVATION_FIELDS = { negativeSlope: 'f32', lowest: 'f32', highest: 'f32' } as const;
const ELEMENT_FIELDS = { pixels: 'u32', channels: 'u32' } as const;

/**
 * Fields of the shaders' uniform structs, in their order, by the struct's name. A test compares them with the shaders.
 * Every field begins where the one before it ends; a `vec3<i32>` must therefore begin at a multiple of 16 bytes.
 */
export const UNIFORM_STRUCTS = {
  Batch: { size: 'u32' },
  Convolution: {
    inputHeight: 'i32',
    inputWidth: 'i32',
    inputStride: 'u32',
    inputDepth: 'u32',
    outputHeight: 'u32',
    outputWidth: 'u32',
    outputChannels: 'u32',
    blocks: 'u32',
    kernelHeight: 'u32',
    kernelWidth: 'u32',
    ...WINDOW_FIELDS,
    dilationY: 'i32',
    dilationX: 'i32',
    ...ACTIVATION_FIELDS,
  },
  StagedConvolution: {
    inputHeight: 'i32',
    inputWidth: 'i32',
    outputHeight: 'u32',
    outputWidth: 'u32',
    outputChannels: 'u32',
    blocks: 'u32',
    words: 'u32',
    tilesY: 'u32',
    tilesX: 'u32',
    strideY: 'u32',
    strideX: 'u32',
    padY: 'i32',
    padX: 'i32',
    stagedHeight: 'u32',
    stagedWidth: 'u32',
    kernelWidth: 'u32',
    taps: 'u32',
    tapsOfSum: 'u32',
    ...ACTIVATION_FIELDS,
  },
  Pooling: {
    inputHeight: 'i32',
    inputWidth: 'i32',
    outputHeight: 'u32',
    outputWidth: 'u32',
    depth: 'u32',
    kernelHeight: 'i32',
    kernelWidth: 'i32',
    ...WINDOW_FIELDS,
    outputChannels: 'u32',
    blocks: 'u32',
    ...ACTIVATION_FIELDS,
  },
  Pointwise: { pixels: 'u32', outputChannels: 'u32', blocks: 'u32', ...ACTIVATION_FIELDS },
  Elements: ELEMENT_FIELDS,
  Eltwise: { ...ELEMENT_FIELDS, coefficient: 'f32', otherCoefficient: 'f32' },
  ConcatPart: { ...ELEMENT_FIELDS, firstChannel: 'u32', outputChannels: 'u32' },
  Lrn: { ...ELEMENT_FIELDS, radius: 'u32', factor: 'f32', beta: 'f32', bias: 'f32' },
  Reshape: { inputChannels: 'u32', inputArea: 'u32', outputChannels: 'u32', outputArea: 'u32' },
  Picture: {
    mean: 'vec3<i32>',
    left: 'i32',
    top: 'i32',
    step: 'i32',
    straight: 'u32',
    firstRow: 'u32',
    rowCount: 'u32',
    outputWidth: 'u32',
    outputHeight: 'u32',
    image: 'u32',
    order: 'u32',
  },
} as const;

type StructName = keyof typeof UNIFORM_STRUCTS;
type FieldType = 'i32' | 'u32' | 'f32' | 'vec3<i32>';
type Value<Type> = Type extends 'vec3<i32>' ? readonly number[] : number;

/** Values of a uniform struct, by field. */
export type UniformValues<Name extends StructName> = {
  readonly [Field in keyof (typeof UNIFORM_STRUCTS)[Name]]: Value<(typeof UNIFORM_STRUCTS)[Name][Field]>;
};

/** Packs the values of a uniform struct as the shaders read them. */
export function packUniform<Name extends StructName>(name: Name, values: UniformValues<Name>): Int32Array<ArrayBuffer> {
  const fields: readonly (readonly [string, FieldType])[] = Object.entries(UNIFORM_STRUCTS[name]);
  const numbers = fields.flatMap(([field, type]) => {
    const value = (values as Readonly<Record<string, number | readonly number[]>>)[field];
    if (type === 'vec3<i32>') return [0, 1, 2].map((index) => (value as readonly number[])[index] ?? 0);
    return type === 'f32' ? floatBits(value as number) : [value as number];
  });
  return Int32Array.from(numbers);
}

/** The bits of a float32 number as an integer. */
function floatBits(value: number): number[] {
  return [...new Int32Array(Float32Array.of(value).buffer)];
}
