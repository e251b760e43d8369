import { Builder, type Offset } from 'flatbuffers';

/** A number in a TFLite tensor. */
export type TfliteType = 'float32' | 'int32' | 'int8';

/** The quantization of a tensor, value = scale · (code − zero point): one pair, or one for each index of a dimension. */
export interface Quantization {
  readonly scales: ArrayLike<number>;
  readonly zeroPoints: ArrayLike<number>;
  /** Default: 0. */
  readonly dimension?: number;
}

/** A tensor of a TFLite model. */
export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TfliteType;
  readonly quantization?: Quantization | undefined;
  /** Absent if the model computes the tensor. */
  readonly values?: Float32Array | Int32Array | Int8Array;
}

/** Options of an operator. Each operator uses those that it knows. */
export interface OperatorOptions {
  /** Default: valid. */
  readonly padding?: 'same' | 'valid';
  /** Vertical and horizontal. Default: 1. */
  readonly strides?: readonly [number, number];
  /** Height and width of a pooling's windows. */
  readonly window?: readonly [number, number];
  /** Whether a ReLU follows. */
  readonly isRectified?: boolean;
}

interface Operator {
  readonly kind: OperatorKind;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly options: OperatorOptions;
}

/** Writes one field of a table. */
type Field = (builder: Builder, index: number, options: OperatorOptions) => void;

const padding: Field = (builder, index, options) => builder.addFieldInt8(index, options.padding === 'same' ? 0 : 1, 0);
const strideWidth: Field = (builder, index, { strides }) => builder.addFieldInt32(index, strides?.[1] ?? 1, 0);
const strideHeight: Field = (builder, index, { strides }) => builder.addFieldInt32(index, strides?.[0] ?? 1, 0);
const windowWidth: Field = (builder, index, { window }) => builder.addFieldInt32(index, window?.[1] ?? 1, 0);
const windowHeight: Field = (builder, index, { window }) => builder.addFieldInt32(index, window?.[0] ?? 1, 0);
const activation: Field = (builder, index, { isRectified }) => builder.addFieldInt8(index, isRectified ? 1 : 0, 0);
const depthMultiplier: Field = (builder, index) => builder.addFieldInt32(index, 1, 0);
const keepsDimensions: Field = (builder, index) => builder.addFieldInt8(index, 1, 0);
const channelAxis: Field = (builder, index) => builder.addFieldInt32(index, 3, 0);

interface OperatorSchema {
  /** `BuiltinOperator`. */
  readonly code: number;
  /** Version that accepts int8. float32 needs version 1. */
  readonly int8Version: number;
  /** `BuiltinOptions`, and the fields of its table in order; absent if the operator has no options. */
  readonly options?: readonly [type: number, ...fields: readonly Field[]];
}

const POOLING_OPTIONS = [5, padding, strideWidth, strideHeight, windowWidth, windowHeight] as const;

/** The operators that exported networks need, as the TFLite schema numbers them. */
const OPERATORS = {
  add: { code: 0, int8Version: 2, options: [11, activation] },
  averagePooling: { code: 1, int8Version: 2, options: POOLING_OPTIONS },
  concatenation: { code: 2, int8Version: 2, options: [10, channelAxis] },
  convolution: { code: 3, int8Version: 3, options: [1, padding, strideWidth, strideHeight, activation] },
  depthwiseConvolution: {
    code: 4,
    int8Version: 3,
    options: [2, padding, strideWidth, strideHeight, depthMultiplier, activation],
  },
  dequantize: { code: 6, int8Version: 2 },
  fullyConnected: { code: 9, int8Version: 4, options: [8, activation] },
  maxPooling: { code: 17, int8Version: 2, options: POOLING_OPTIONS },
  relu: { code: 19, int8Version: 2 },
  pad: { code: 34, int8Version: 2, options: [22] },
  mean: { code: 40, int8Version: 2, options: [27, keepsDimensions] },
  quantize: { code: 114, int8Version: 1 },
} as const satisfies Record<string, OperatorSchema>;

export type OperatorKind = keyof typeof OPERATORS;

/** `TensorType`. */
const TENSOR_TYPE = { float32: 0, int32: 2, int8: 9 } as const;
/** Version of the schema. */
const SCHEMA_VERSION = 3;
const FILE_IDENTIFIER = 'TFL3';
/** Alignment of weights. */
const ALIGNMENT = 16;
/** Space for everything but the weights, for each tensor. */
const BYTES_PER_TENSOR = 1024;

/** Writes a TFLite model, a FlatBuffer. Its methods add tensors, and operators in execution order. */
export class TfliteWriter {
  readonly #tensors: TfliteTensor[] = [];
  readonly #operators: Operator[] = [];

  /** Adds a tensor and returns its index. */
  tensor(tensor: TfliteTensor): number {
    return this.#tensors.push(tensor) - 1;
  }

  /** Adds an operator and returns the index of its output. */
  operator(kind: OperatorKind, inputs: readonly number[], output: number, options: OperatorOptions = {}): number {
    this.#operators.push({ kind, inputs, output, options });
    return output;
  }

  /**
   * Returns the file of a model with one input and one output.
   * @param metadata a FlatBuffer that describes them; see `tfliteMetadata`.
   */
  toBytes(input: number, output: number, metadata: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = this.#tensors.reduce((sum, { values }) => sum + (values?.byteLength ?? 0) + BYTES_PER_TENSOR, 0);
    const builder = new Builder(bytes);
    const buffers = offsets(builder, [
      buffer(builder),
      ...this.#tensors.map(({ values }) => buffer(builder, values)),
      buffer(builder, metadata),
    ]);
    const entries = offsets(builder, [metadataTable(builder, this.#tensors.length + 1)]);
    const subgraphs = offsets(builder, [this.#subgraph(builder, input, output)]);
    const kinds = this.#kinds();
    const codes = offsets(
      builder,
      kinds.map((kind) => this.#operatorCode(builder, kind)),
    );
    const description = builder.createString('Exported by the benchmark of hwgq-web');
    builder.startObject(7);
    builder.addFieldInt32(0, SCHEMA_VERSION, 0);
    builder.addFieldOffset(1, codes, 0);
    builder.addFieldOffset(2, subgraphs, 0);
    builder.addFieldOffset(3, description, 0);
    builder.addFieldOffset(4, buffers, 0);
    builder.addFieldOffset(6, entries, 0);
    builder.finish(builder.endObject(), FILE_IDENTIFIER);
    return builder.asUint8Array().slice();
  }

  /** Returns the kinds of operators in use. Operators refer to them by index. */
  #kinds(): readonly OperatorKind[] {
    return [...new Set(this.#operators.map(({ kind }) => kind))];
  }

  #subgraph(builder: Builder, input: number, output: number): Offset {
    const kinds = this.#kinds();
    // Buffer 0 is empty; the others belong to the tensors, in order.
    const tensors = offsets(
      builder,
      this.#tensors.map((tensor, index) => tensorTable(builder, tensor, tensor.values ? index + 1 : 0)),
    );
    const operators = offsets(
      builder,
      this.#operators.map((operator) => operatorTable(builder, operator, kinds.indexOf(operator.kind))),
    );
    const [inputs, outputs] = [integers(builder, [input]), integers(builder, [output])];
    builder.startObject(4);
    builder.addFieldOffset(0, tensors, 0);
    builder.addFieldOffset(1, inputs, 0);
    builder.addFieldOffset(2, outputs, 0);
    builder.addFieldOffset(3, operators, 0);
    return builder.endObject();
  }

  #operatorCode(builder: Builder, kind: OperatorKind): Offset {
    const { code, int8Version } = OPERATORS[kind];
    const isInt8 = this.#tensors.some(({ type }) => type === 'int8');
    builder.startObject(4);
    // The field of old readers, whose codes have 8 bits.
    builder.addFieldInt8(0, code, 0);
    builder.addFieldInt32(2, isInt8 ? int8Version : 1, 1);
    builder.addFieldInt32(3, code, 0);
    return builder.endObject();
  }
}

function metadataTable(builder: Builder, bufferIndex: number): Offset {
  const name = builder.createString('TFLITE_METADATA');
  builder.startObject(2);
  builder.addFieldOffset(0, name, 0);
  builder.addFieldInt32(1, bufferIndex, 0);
  return builder.endObject();
}

function buffer(builder: Builder, values?: Float32Array | Int32Array | Int8Array | Uint8Array): Offset {
  let data: Offset = 0;
  if (values) {
    builder.prep(ALIGNMENT, values.byteLength);
    data = builder.createByteVector(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  builder.startObject(1);
  builder.addFieldOffset(0, data, 0);
  return builder.endObject();
}

function tensorTable(builder: Builder, { name, shape, type, quantization }: TfliteTensor, bufferIndex: number): Offset {
  const parameters = quantization ? quantizationTable(builder, quantization) : 0;
  const [title, dimensions] = [builder.createString(name), integers(builder, shape)];
  builder.startObject(5);
  builder.addFieldOffset(0, dimensions, 0);
  builder.addFieldInt8(1, TENSOR_TYPE[type], 0);
  builder.addFieldInt32(2, bufferIndex, 0);
  builder.addFieldOffset(3, title, 0);
  builder.addFieldOffset(4, parameters, 0);
  return builder.endObject();
}

function quantizationTable(builder: Builder, { scales, zeroPoints, dimension = 0 }: Quantization): Offset {
  const scaleVector = vector(builder, 4, scales, (scale) => builder.addFloat32(scale));
  const zeroVector = vector(builder, 8, zeroPoints, (zero) => builder.addInt64(BigInt(zero)));
  builder.startObject(7);
  builder.addFieldOffset(2, scaleVector, 0);
  builder.addFieldOffset(3, zeroVector, 0);
  builder.addFieldInt32(6, dimension, 0);
  return builder.endObject();
}

function operatorTable(builder: Builder, { kind, inputs, output, options }: Operator, codeIndex: number): Offset {
  const [type, ...fields] = (OPERATORS[kind] as OperatorSchema).options ?? [];
  const [read, written] = [integers(builder, inputs), integers(builder, [output])];
  let table: Offset = 0;
  if (type !== undefined) {
    builder.startObject(fields.length);
    for (const [index, write] of fields.entries()) write(builder, index, options);
    table = builder.endObject();
  }
  builder.startObject(5);
  builder.addFieldInt32(0, codeIndex, 0);
  builder.addFieldOffset(1, read, 0);
  builder.addFieldOffset(2, written, 0);
  builder.addFieldInt8(3, type ?? 0, 0);
  builder.addFieldOffset(4, table, 0);
  return builder.endObject();
}

function integers(builder: Builder, values: readonly number[]): Offset {
  return vector(builder, 4, values, (value) => builder.addInt32(value));
}

export function offsets(builder: Builder, values: readonly Offset[]): Offset {
  return vector(builder, 4, values, (value) => builder.addOffset(value));
}

/** Writes a vector. A FlatBuffer is written from its end. */
export function vector(
  builder: Builder,
  size: number,
  values: ArrayLike<number>,
  add: (value: number) => void,
): Offset {
  builder.startVector(size, values.length, size);
  for (let index = values.length - 1; index >= 0; index--) add(values[index] as number);
  return builder.endVector();
}
