import { MessageWriter } from './wire.ts';

/** Version of the operators in the default domain. onnxruntime supports it since 1.12. */
const OPSET = 17;
/** Version of the file format that belongs to it. */
const IR_VERSION = 8;

/** The value of an attribute: an integer, several integers, or a real number. */
export type Attribute = number | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

export type Constant = Float32Array | Float64Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;

/** `TensorProto.DataType`. */
export const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float64: 11 } as const;

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const;

/** A node with one output. */
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

/** The content of an ONNX graph, for programs that run it without a file. */
export interface OnnxGraph {
  /** The nodes, in execution order. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * Writes an ONNX graph (onnx.proto). Its methods add nodes in execution order and return the names of their outputs,
 * which begin with the name of a layer.
 */
export class GraphWriter implements OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<string, OnnxConstant>();
  readonly inputs: string[] = [];
  readonly outputs: string[] = [];
  readonly #graph = new MessageWriter();
  readonly #taken: Set<string>;

  /**
   * @param name the name of the graph.
   * @param reserved the names of the graph's input and outputs.
   */
  constructor(name: string, reserved: readonly string[]) {
    this.#taken = new Set(reserved);
    this.#graph.text(2, name);
  }

  /** Adds a node with one output. */
  node(layer: string, operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#uniqueName(`${layer}/${operator}`);
    this.#namedNode(output, operator, inputs, attributes);
    return output;
  }

  /** Adds a constant tensor. */
  constant(layer: string, role: string, values: Constant, dimensions: readonly number[]): string {
    const name = this.#uniqueName(`${layer}/${role}`);
    this.constants.set(name, { values, dimensions });
    const tensor = new MessageWriter();
    for (const size of dimensions) tensor.varint(1, size);
    tensor.varint(2, dataTypeOf(values)).text(8, name);
    // ONNX requires little-endian numbers, which all engines use.
    tensor.bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#graph.message(5, tensor);
    return name;
  }

  /** Adds the graph's float32 input. */
  input(name: string, dimensions: readonly number[], meaning: string): string {
    this.inputs.push(name);
    this.#graph.message(11, valueInfo(name, dimensions).text(3, meaning));
    return name;
  }

  /** Adds a float32 output with its own name. */
  output(name: string, value: string, dimensions: readonly number[]): void {
    this.#namedNode(name, 'Identity', [value], {});
    this.outputs.push(name);
    this.#graph.message(12, valueInfo(name, dimensions));
  }

  /**
   * Returns the file.
   * @param producer the program that writes it.
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

  #uniqueName(base: string): string {
    let name = base;
    for (let count = 2; this.#taken.has(name); count++) name = `${base}_${count}`;
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
