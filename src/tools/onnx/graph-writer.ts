import { MessageWriter } from './wire.ts';

/** Operators of this version of the standard's default domain; onnxruntime has known it since 1.12. */
const OPSET = 17;
/** The file format's version that goes with it. */
const IR_VERSION = 8;

/** Whole numbers, or one real number. */
export type Attribute = number | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

export type Constant = Float32Array | Float64Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;

/** `TensorProto.DataType`. */
export const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float64: 11 } as const;

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const;

/** A node of one output, as it stands in a graph. */
export interface OnnxNode {
  readonly operator: string;
  /** Names of values and constants. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Attributes;
}

export interface OnnxConstant {
  readonly values: Constant;
  readonly dimensions: readonly number[];
}

/** What a graph's file says, for those who run it without one. */
export interface OnnxGraph {
  /** In the order in which they can run. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * An ONNX graph as it is written (onnx.proto): nodes in the order in which they can run. Values are referred to by
 * name; the writer makes the names, after the layers that the values belong to.
 */
export class GraphWriter implements OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<string, OnnxConstant>();
  readonly inputs: string[] = [];
  readonly outputs: string[] = [];
  readonly #graph = new MessageWriter();
  readonly #taken: Set<string>;

  /**
   * @param name of the graph.
   * @param reserved names that the graph's input and outputs will have.
   */
  constructor(name: string, reserved: readonly string[]) {
    this.#taken = new Set(reserved);
    this.#graph.text(2, name);
  }

  /** A node of one output. */
  node(layer: string, operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#freeName(`${layer}/${operator}`);
    this.#namedNode(output, operator, inputs, attributes);
    return output;
  }

  /** A tensor that is part of the file. */
  constant(layer: string, role: string, values: Constant, dimensions: readonly number[]): string {
    const name = this.#freeName(`${layer}/${role}`);
    this.constants.set(name, { values, dimensions });
    const tensor = new MessageWriter();
    for (const size of dimensions) tensor.varint(1, size);
    tensor.varint(2, dataTypeOf(values)).text(8, name);
    // Little-endian, as every machine that runs JavaScript keeps them.
    tensor.bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#graph.message(5, tensor);
    return name;
  }

  /** The graph's input, float32. */
  input(name: string, dimensions: readonly number[], meaning: string): string {
    this.inputs.push(name);
    this.#graph.message(11, valueInfo(name, dimensions).text(3, meaning));
    return name;
  }

  /** Gives a float32 value to the outside, under another name. */
  output(name: string, value: string, dimensions: readonly number[]): void {
    this.#namedNode(name, 'Identity', [value], {});
    this.outputs.push(name);
    this.#graph.message(12, valueInfo(name, dimensions));
  }

  /**
   * The file.
   * @param producer the program that wrote it.
   */
  toBytes(producer: { readonly name: string; readonly version: string }): Uint8Array<ArrayBuffer> {
    return new MessageWriter()
      .varint(1, IR_VERSION)
      .text(2, producer.name)
      .text(3, producer.version)
      .message(7, this.#graph)
      .message(8, new MessageWriter().text(1, '').varint(2, OPSET))
      .toBytes();
  }

  #namedNode(output: string, operator: string, inputs: readonly string[], attributes: Attributes): void {
    this.nodes.push({ operator, inputs, output, attributes });
    const node = new MessageWriter();
    for (const input of inputs) node.text(1, input);
    node.text(2, output).text(3, output).text(4, operator);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    this.#graph.message(1, node);
  }

  #freeName(wish: string): string {
    let name = wish;
    for (let count = 2; this.#taken.has(name); count++) name = `${wish}_${count}`;
    this.#taken.add(name);
    return name;
  }
}

function attribute(name: string, value: Attribute): MessageWriter {
  const message = new MessageWriter().text(1, name);
  if (typeof value === 'number') return message.varint(3, value).varint(20, ATTRIBUTE_TYPE.int);
  if ('float' in value) return message.float(2, value.float).varint(20, ATTRIBUTE_TYPE.float);
  for (const item of value) message.varint(8, item);
  return message.varint(20, ATTRIBUTE_TYPE.ints);
}

function valueInfo(name: string, dimensions: readonly number[]): MessageWriter {
  const shape = new MessageWriter();
  for (const size of dimensions) shape.message(1, new MessageWriter().varint(1, size));
  const tensor = new MessageWriter().varint(1, DATA_TYPE.float32).message(2, shape);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
}

function dataTypeOf(values: Constant): number {
  if (values instanceof Float32Array) return DATA_TYPE.float32;
  if (values instanceof Float64Array) return DATA_TYPE.float64;
  if (values instanceof Int8Array) return DATA_TYPE.int8;
  if (values instanceof Uint8Array) return DATA_TYPE.uint8;
  if (values instanceof Int32Array) return DATA_TYPE.int32;
  return DATA_TYPE.int64;
}
