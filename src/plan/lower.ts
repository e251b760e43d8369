import { HwgqError } from '../errors.ts';
import { blobValue } from '../graph/blobs.ts';
import type { EltwiseLayer, Graph, Layer, LrnLayer, PoolingLayer, QuantLayer, WeightedLayer } from '../graph/graph.ts';
import { asChwShape, type ChwShape, poolingGeometry } from '../graph/shapes.ts';
import { isLevelQuantizer, quantizerLevels } from '../numerics/quantizer.ts';
import { ChannelFunction } from './channel-function.ts';
import { codeLevels } from './code-levels.ts';
import { hasBinaryWeights, type PlannedConvolution, planConvolution } from './convolution.ts';
import {
  applyFunction,
  applyPooling,
  computedTensor,
  concatShape,
  type DeferredValue,
  deferred,
} from './deferred-value.ts';
import { LayerReaders } from './layer-readers.ts';
import { Materializer } from './materialize.ts';
import type { CodeTensor, Plan, PlanInput, PlanTensor, TensorId, Windows } from './plan.ts';
import { PlanBuilder } from './plan-builder.ts';

/** The largest |pixel − mean|. */
const LARGEST_PIXEL = 255;
/** Codes have at most four bit planes. */
const MAX_LEVELS = 16;

/**
 * Lowers a graph to steps that keep accumulators out of memory. Everything between a layer with weights and its
 * quantizer is folded into thresholds on that layer's sums, a max-pooling between them pools codes, and the functions
 * after a layer whose values stay floats are folded into its epilogue.
 * @param graph a valid graph (`validateGraph`).
 * @param blobs the Caffe blobs to return, in order. A blob that is folded away is computed in addition, so that the
 *   other steps stay the same.
 * @throws HwgqError `unsupported` for a Quant of too many levels, naming the layer, or `invalid-option` for an unknown
 *   blob.
 */
export function lowerGraph(graph: Graph, input: PlanInput, blobs: readonly string[]): Plan {
  return new Lowering(graph, input).lower(blobs);
}

class Lowering {
  readonly #graph: Graph;
  readonly #readers: LayerReaders;
  readonly #builder = new PlanBuilder();
  readonly #materializer = new Materializer(this.#builder);
  readonly #values = new Map<string, DeferredValue>();

  constructor(graph: Graph, input: PlanInput) {
    this.#graph = graph;
    this.#readers = new LayerReaders(graph);
    const shape = asChwShape(graph.input.shape);
    const tensor = this.#builder.addTensor(
      input.kind === 'integers'
        ? { kind: 'integers', shape, unit: input.unit, largest: LARGEST_PIXEL }
        : { kind: 'floats', shape },
    );
    this.#values.set(graph.input.name, this.#computed(graph.input.name, tensor));
  }

  lower(blobs: readonly string[]): Plan {
    const names = blobs.map((blob) => blobValue(this.#graph, blob));
    const needed = this.#neededFor(names);
    for (const layer of this.#graph.layers) if (needed.has(layer.name)) this.#lowerLayer(layer);
    const outputs = names.map((name) => this.#asTensor(this.#valueOf(name)));
    const { tensors, steps } = this.#builder;
    return { tensors, steps, outputs };
  }

  #neededFor(values: readonly string[]): ReadonlySet<string> {
    const needed = new Set(values);
    for (const { name, inputs } of this.#graph.layers.toReversed()) {
      if (needed.has(name)) for (const input of inputs) needed.add(input);
    }
    return needed;
  }

  #lowerLayer(layer: Layer): void {
    const inputs = layer.inputs.map((name) => this.#valueOf(name));
    const value = this.#deferredValue(layer, inputs[0] as DeferredValue, inputs);
    // If one of several readers needs floats, all readers use the same floats: they are then computed only once.
    const isShared = value.source.kind !== 'tensor' && this.#readers.areSeveralWithFloats(layer.name);
    this.#values.set(layer.name, isShared ? this.#computed(layer.name, this.#toFloats(value)) : value);
  }

  #deferredValue(layer: Layer, input: DeferredValue, inputs: readonly DeferredValue[]): DeferredValue {
    switch (layer.type) {
      case 'convolution':
      case 'innerProduct':
        return this.#weighted(layer, input);
      case 'pooling':
        return layer.method === 'max' ? this.#maxPooling(layer, input) : this.#averagePooling(layer, input);
      case 'batchNorm':
        return this.#function(layer.name, input, ChannelFunction.identity.batchNormalized(layer));
      case 'scale':
        return this.#function(layer.name, input, ChannelFunction.identity.scaled(layer));
      case 'relu':
        return this.#function(layer.name, input, ChannelFunction.identity.rectified(layer.negativeSlope));
      case 'quant':
        return this.#quant(layer, input);
      case 'eltwise':
        return this.#eltwise(layer, inputs);
      case 'concat':
        return this.#concat(layer.name, inputs);
      case 'lrn':
        return this.#lrn(layer, input);
      case 'softmax':
        return this.#softmax(layer.name, input);
      case 'dropout':
        return input;
      case 'reshape':
        return this.#reshape(layer.name, input, asChwShape(layer.shape), layer.shape.length === 1);
    }
  }

  #weighted(layer: WeightedLayer, input: DeferredValue): DeferredValue {
    let id = this.#asTensor(input);
    const tensor = this.#tensor(id);
    if (tensor.kind === 'codes' && !hasBinaryWeights(layer)) id = this.#dequantize(input.layer, id, tensor);
    let planned = planConvolution(layer, this.#tensor(id));
    if (!planned) {
      id = this.#toFloats(this.#computed(input.layer, id));
      planned = planConvolution(layer, this.#tensor(id)) as PlannedConvolution;
    }
    return deferred(layer.name, { kind: 'weights', planned, input: id }, planned.output);
  }

  /** Converts codes to integers if their levels are multiples of a unit, so that real weights sum them exactly. */
  #dequantize(layer: string, input: TensorId, codes: CodeTensor): TensorId {
    const { shape, levels } = codes;
    const { unit, largest } = codeLevels(levels);
    if (largest > LARGEST_PIXEL) return this.#builder.dequantize(layer, input, codes);
    const output = this.#builder.addTensor({ kind: 'integers', shape, unit, largest });
    const values = levels.map((level) => Math.round(level / unit));
    this.#builder.steps.push({ kind: 'dequantize', layer, input, output, values });
    return output;
  }

  #maxPooling(layer: PoolingLayer, input: DeferredValue): DeferredValue {
    const { windows, shape } = poolingWindows(layer, input.shape);
    const tensor = computedTensor(input);
    if (tensor === undefined || this.#tensor(tensor).kind !== 'codes') {
      return applyPooling(input, layer.name, windows, shape);
    }
    const smallest = new Uint8Array(shape.channels);
    return this.#computed(layer.name, this.#builder.poolCodes(layer.name, tensor, windows, shape, smallest));
  }

  #averagePooling(layer: PoolingLayer, input: DeferredValue): DeferredValue {
    const { windows, shape } = poolingWindows(layer, input.shape);
    const floats = this.#toFloats(input);
    return this.#computed(layer.name, this.#builder.poolFloats(layer.name, floats, 'average', windows, shape));
  }

  #quant({ name, quantizer }: QuantLayer, input: DeferredValue): DeferredValue {
    if (!isLevelQuantizer(quantizer)) {
      const activation =
        quantizer.kind === 'relu'
          ? ChannelFunction.identity.rectified(quantizer.negativeSlope)
          : ChannelFunction.identity.clamped(-1, 1);
      return this.#function(name, input, activation);
    }
    const levels = quantizerLevels(quantizer).length;
    if (levels > MAX_LEVELS) {
      throw new HwgqError(
        'unsupported',
        `Layer '${name}' quantizes to ${levels} levels; WebGPU and WebAssembly support at most ${MAX_LEVELS}. Use the backend 'reference'.`,
        { layer: name, levels },
      );
    }
    return this.#computed(name, this.#materializer.toCodes(name, input, quantizer));
  }

  #eltwise(layer: EltwiseLayer, inputs: readonly DeferredValue[]): DeferredValue {
    const coefficient = (index: number) => layer.coefficients?.[index] ?? 1;
    const [first, ...others] = inputs.map((input) => this.#toFloats(input)) as [TensorId, ...TensorId[]];
    const { name, operation } = layer;
    if (others.length === 0) return this.#function(name, inputs[0] as DeferredValue, scaledBy(coefficient(0)));
    let input = first;
    for (const [index, other] of others.entries()) {
      const output = this.#builder.addFloats(this.#tensor(input).shape);
      const coefficients = [index === 0 ? coefficient(0) : 1, coefficient(index + 1)] as const;
      this.#builder.steps.push({ kind: 'eltwise', layer: name, input, other, output, operation, coefficients });
      input = output;
    }
    return this.#computed(name, input);
  }

  #concat(layer: string, parts: readonly DeferredValue[]): DeferredValue {
    const shape = concatShape(parts);
    const ids = parts.map(computedTensor);
    const tensors = ids.map((id) => (id === undefined ? undefined : this.#tensor(id)));
    const [first] = tensors;
    if (
      first?.kind === 'codes' &&
      tensors.every((tensor) => tensor?.kind === 'codes' && hasSameLevels(tensor, first))
    ) {
      return this.#computed(layer, this.#builder.concat(layer, ids as TensorId[], { ...first, shape }));
    }
    return deferred(layer, { kind: 'concat', parts }, shape);
  }

  #lrn({ name, size, alpha, beta, k }: LrnLayer, value: DeferredValue): DeferredValue {
    const input = this.#toFloats(value);
    const output = this.#builder.addFloats(value.shape);
    this.#builder.steps.push({ kind: 'lrn', layer: name, input, output, size, alpha, beta, k });
    return this.#computed(name, output);
  }

  #softmax(layer: string, value: DeferredValue): DeferredValue {
    const output = this.#builder.addFloats(value.shape);
    this.#builder.steps.push({ kind: 'softmax', layer, input: this.#toFloats(value), output });
    return this.#computed(layer, output);
  }

  #reshape(layer: string, value: DeferredValue, shape: ChwShape, isFlattening: boolean): DeferredValue {
    const { channels, height, width } = value.shape;
    if (shape.channels === channels && shape.height === height && shape.width === width) return value;
    // A fully connected layer reads a feature map and its flattened form in the same order.
    if (isFlattening && this.#readers.areFullyConnected(layer)) return value;
    const input = this.#toFloats(value);
    const output = this.#builder.addFloats(shape);
    this.#builder.steps.push({ kind: 'reshape', layer, input, output });
    return this.#computed(layer, output);
  }

  #function(layer: string, input: DeferredValue, next: ChannelFunction): DeferredValue {
    return applyFunction(this.#materializer.unquantized(input), layer, next);
  }

  /** Returns the tensor that holds a value, or its floats if no tensor does. */
  #asTensor(value: DeferredValue): TensorId {
    return computedTensor(value) ?? this.#toFloats(value);
  }

  #toFloats(value: DeferredValue): TensorId {
    return this.#materializer.toFloats(value);
  }

  #computed(layer: string, tensor: TensorId): DeferredValue {
    return this.#materializer.computed(layer, tensor);
  }

  #tensor(id: TensorId): PlanTensor {
    return this.#builder.tensor(id);
  }

  #valueOf(name: string): DeferredValue {
    return this.#values.get(name) as DeferredValue;
  }
}

function poolingWindows(layer: PoolingLayer, input: ChwShape): { windows: Windows; shape: ChwShape } {
  const { kernel, output } = poolingGeometry(layer, input);
  return { windows: { kernel, stride: layer.stride, pad: layer.pad, dilation: [1, 1] }, shape: output };
}

function hasSameLevels({ levels }: CodeTensor, other: CodeTensor): boolean {
  return levels.length === other.levels.length && levels.every((level, code) => level === other.levels[code]);
}

function scaledBy(factor: number): ChannelFunction {
  return factor === 1 ? ChannelFunction.identity : ChannelFunction.identity.timesConstant(factor);
}
