import { HwgqError } from '../errors.ts';
import { blobValue } from '../graph/blobs.ts';
import type { EltwiseLayer, Graph, Layer, LrnLayer, PoolingLayer, QuantLayer, WeightedLayer } from '../graph/graph.ts';
import { asChwShape, type ChwShape, poolingGeometry } from '../graph/shapes.ts';
import { validateGraph } from '../graph/validate.ts';
import { isLevelQuantizer, type LevelQuantizer, quantizerLevels } from '../numerics/quantizer.ts';
import { ChannelFunction } from './channel-function.ts';
import { codeBits, codeLevels } from './code-levels.ts';
import { hasBinaryWeights, type PlannedConvolution, planConvolution } from './convolution.ts';
import type {
  FloatEpilogue,
  FloatPooling,
  IntegerTensor,
  Plan,
  PlanInput,
  PlanTensor,
  Step,
  TensorId,
  Windows,
} from './plan.ts';
import { float32Range, foldThresholds } from './thresholds.ts';

/** The largest |pixel − mean|. */
const LARGEST_PIXEL = 255;
/** Codes have at most four bit planes. */
const MAX_LEVELS = 16;

/**
 * A graph as steps that keep accumulators out of memory: everything between a layer with weights and its quantizer
 * becomes thresholds on that layer's sums, a max-pooling in between becomes a pooling of codes, and everything
 * behind a layer whose values stay floats becomes a factor and an offset.
 * @param blobs Caffe blobs to give back, in order. One that fusion swallows is computed beside the fused steps.
 * @throws HwgqError `unsupported` naming a Quant of too many levels, `invalid-option` for an unknown blob, and what
 *   `validateGraph` throws.
 */
export function lowerGraph(graph: Graph, input: PlanInput, blobs: readonly string[]): Plan {
  return new Lowering(graph, input).plan(blobs);
}

/** Where a value comes from that is not computed yet. */
type Source =
  | { readonly kind: 'weights'; readonly planned: PlannedConvolution; readonly input: TensorId }
  | { readonly kind: 'tensor'; readonly tensor: TensorId }
  /** A concatenation. */
  | { readonly kind: 'parts'; readonly parts: readonly Pending[] };

/** A max-pooling that waits, and what follows it. */
interface PendingPooling {
  readonly layer: string;
  readonly windows: Windows;
  readonly shape: ChwShape;
  readonly after: ChannelFunction;
}

/** A value that is not computed yet: a source, then a function, then max-poolings, each with a function behind it. */
interface Pending {
  /** The layer whose value this is. */
  readonly layer: string;
  readonly source: Source;
  readonly first: ChannelFunction;
  readonly poolings: readonly PendingPooling[];
  readonly shape: ChwShape;
}

class Lowering {
  private readonly tensors: PlanTensor[];
  private readonly steps: Step[] = [];
  private readonly pending = new Map<string, Pending>();
  private readonly floats = new Map<Pending, TensorId>();
  private readonly wanted = new Set<string>();

  constructor(
    private readonly graph: Graph,
    input: PlanInput,
  ) {
    validateGraph(graph);
    const shape = asChwShape(graph.input.shape);
    this.tensors = [
      input.kind === 'integers'
        ? { kind: 'integers', shape, unit: input.unit, largest: LARGEST_PIXEL }
        : { kind: 'floats', shape },
    ];
    this.pending.set(graph.input.name, this.computed(graph.input.name, 0));
  }

  plan(blobs: readonly string[]): Plan {
    const values = blobs.map((blob) => blobValue(this.graph, blob));
    this.collectWanted(values);
    for (const layer of this.graph.layers) if (this.wanted.has(layer.name)) this.lower(layer);
    const outputs = values.map((name) => {
      const value = this.valueOf(name);
      return this.computedTensor(value) ?? this.asFloats(value);
    });
    return { tensors: this.tensors, steps: this.steps, outputs };
  }

  private collectWanted(values: readonly string[]): void {
    for (const value of values) this.wanted.add(value);
    for (const layer of this.graph.layers.toReversed()) {
      if (this.wanted.has(layer.name)) for (const input of layer.inputs) this.wanted.add(input);
    }
  }

  private lower(layer: Layer): void {
    const inputs = layer.inputs.map((name) => this.valueOf(name));
    const value = this.lowered(layer, inputs[0] as Pending, inputs);
    const isOnceForAll = value.source.kind !== 'tensor' && this.isReadAsFloatsToo(layer.name);
    this.pending.set(layer.name, isOnceForAll ? this.computed(layer.name, this.asFloats(value)) : value);
  }

  private lowered(layer: Layer, input: Pending, inputs: readonly Pending[]): Pending {
    switch (layer.type) {
      case 'convolution':
      case 'innerProduct':
        return this.weighted(layer, input);
      case 'pooling':
        return layer.method === 'max' ? this.maxPooled(layer, input) : this.averagePooled(layer, input);
      case 'batchNorm':
        return this.extended(layer.name, input, ChannelFunction.identity.normalized(layer));
      case 'scale':
        return this.extended(layer.name, input, ChannelFunction.identity.scaled(layer));
      case 'relu':
        return this.extended(layer.name, input, ChannelFunction.identity.rectified(layer.negativeSlope));
      case 'quant':
        return this.quantLayer(layer, input);
      case 'eltwise':
        return this.eltwise(layer, inputs);
      case 'concat':
        return this.concatenated(layer.name, inputs);
      case 'lrn':
        return this.normalizedResponse(layer, input);
      case 'softmax': {
        const output = this.add({ kind: 'floats', shape: input.shape });
        this.steps.push({ kind: 'softmax', layer: layer.name, input: this.asFloats(input), output });
        return this.computed(layer.name, output);
      }
      case 'dropout':
        return input;
      case 'reshape':
        return this.reshaped(layer.name, input, asChwShape(layer.shape), layer.shape.length === 1);
    }
  }

  private valueOf(name: string): Pending {
    return this.pending.get(name) as Pending;
  }

  private weighted(layer: WeightedLayer, input: Pending): Pending {
    let tensor = this.computedTensor(input) ?? this.asFloats(input);
    if (this.tensor(tensor).kind === 'codes' && !hasBinaryWeights(layer)) tensor = this.decoded(input, tensor);
    let planned = planConvolution(layer, this.tensor(tensor));
    if (!planned) {
      tensor = this.asFloats(this.computed(input.layer, tensor));
      planned = planConvolution(layer, this.tensor(tensor)) as PlannedConvolution;
    }
    return this.beginning(layer.name, { kind: 'weights', planned, input: tensor }, planned.output);
  }

  /** Codes as whole numbers where their levels are multiples of one, so that real weights sum them exactly. */
  private decoded({ layer }: Pending, codes: TensorId): TensorId {
    const tensor = this.tensor(codes);
    if (tensor.kind !== 'codes') throw new TypeError('decoded takes codes');
    const { unit, largest } = codeLevels(tensor.levels);
    const isWhole = largest <= LARGEST_PIXEL;
    const { shape } = tensor;
    const output = this.add(isWhole ? { kind: 'integers', shape, unit, largest } : { kind: 'floats', shape });
    const values = isWhole ? tensor.levels.map((level) => Math.round(level / unit)) : tensor.levels;
    this.steps.push({ kind: 'dequantize', layer, input: codes, output, values });
    return output;
  }

  private maxPooled(layer: PoolingLayer, input: Pending): Pending {
    const { kernel, output: shape } = poolingGeometry(layer, input.shape);
    const windows: Windows = { kernel, stride: layer.stride, pad: layer.pad, dilation: [1, 1] };
    const computed = this.computedTensor(input);
    if (computed !== undefined && this.tensor(computed).kind === 'codes') {
      const smallest = new Uint8Array(shape.channels);
      return this.computed(layer.name, this.pooledCodes(layer.name, computed, windows, shape, smallest));
    }
    const pooling = { layer: layer.name, windows, shape, after: ChannelFunction.identity };
    return { ...input, layer: layer.name, poolings: [...input.poolings, pooling], shape };
  }

  private averagePooled(layer: PoolingLayer, input: Pending): Pending {
    const { kernel, output: shape } = poolingGeometry(layer, input.shape);
    const source = this.asFloats(input);
    const output = this.add({ kind: 'floats', shape });
    const windows: Windows = { kernel, stride: layer.stride, pad: layer.pad, dilation: [1, 1] };
    this.steps.push(floatPooling(layer.name, source, output, 'average', windows, shape));
    return this.computed(layer.name, output);
  }

  private quantLayer(layer: QuantLayer, input: Pending): Pending {
    const { quantizer } = layer;
    if (isLevelQuantizer(quantizer)) {
      const levels = quantizerLevels(quantizer);
      if (levels.length > MAX_LEVELS) {
        throw new HwgqError(
          'unsupported',
          `Layer '${layer.name}' quantizes to ${levels.length} levels; at most ${MAX_LEVELS} run here. Use backend 'reference'.`,
          { layer: layer.name, levels: levels.length },
        );
      }
      return this.computed(layer.name, this.toCodes(layer.name, input, quantizer));
    }
    const shape =
      quantizer.kind === 'relu'
        ? ChannelFunction.identity.rectified(quantizer.negativeSlope)
        : ChannelFunction.identity.clamped(-1, 1);
    return this.extended(layer.name, input, shape);
  }

  private eltwise(layer: EltwiseLayer, inputs: readonly Pending[]): Pending {
    const coefficient = (index: number) => layer.coefficients?.[index] ?? 1;
    const [first, ...others] = inputs.map((input) => this.asFloats(input)) as [TensorId, ...TensorId[]];
    const { operation } = layer;
    if (others.length === 0) return this.extended(layer.name, inputs[0] as Pending, scaledBy(coefficient(0)));
    let input = first;
    for (const [index, other] of others.entries()) {
      const output = this.add({ kind: 'floats', shape: this.tensor(input).shape });
      const coefficients = [index === 0 ? coefficient(0) : 1, coefficient(index + 1)] as const;
      this.steps.push({ kind: 'eltwise', layer: layer.name, input, other, output, operation, coefficients });
      input = output;
    }
    return this.computed(layer.name, input);
  }

  private concatenated(layer: string, parts: readonly Pending[]): Pending {
    const channels = parts.reduce((sum, { shape }) => sum + shape.channels, 0);
    const shape = { ...(parts[0] as Pending).shape, channels };
    const codes = parts.map((part) => this.computedTensor(part));
    const tensors = codes.map((id) => (id === undefined ? undefined : this.tensor(id)));
    const [first] = tensors;
    if (first?.kind === 'codes' && tensors.every((tensor) => tensor?.kind === 'codes' && isSame(tensor, first))) {
      return this.computed(layer, this.joined(layer, codes as TensorId[], { ...first, shape }));
    }
    return this.beginning(layer, { kind: 'parts', parts }, shape);
  }

  private joined(layer: string, parts: readonly TensorId[], tensor: PlanTensor): TensorId {
    const output = this.add(tensor);
    let firstChannel = 0;
    for (const input of parts) {
      this.steps.push({ kind: 'concatPart', layer, input, output, firstChannel });
      firstChannel += this.tensor(input).shape.channels;
    }
    return output;
  }

  private normalizedResponse({ name, size, alpha, beta, k }: LrnLayer, input: Pending): Pending {
    const source = this.asFloats(input);
    const output = this.add({ kind: 'floats', shape: input.shape });
    this.steps.push({ kind: 'lrn', layer: name, input: source, output, size, alpha, beta, k });
    return this.computed(name, output);
  }

  private reshaped(layer: string, input: Pending, shape: ChwShape, isFlattening: boolean): Pending {
    const { channels, height, width } = input.shape;
    if (shape.channels === channels && shape.height === height && shape.width === width) return input;
    // A fully connected layer reads planes and their flattening alike.
    if (isFlattening && this.isReadByFullyConnectedOnly(layer)) return input;
    const source = this.asFloats(input);
    const output = this.add({ kind: 'floats', shape });
    this.steps.push({ kind: 'reshape', layer, input: source, output });
    return this.computed(layer, output);
  }

  private isReadByFullyConnectedOnly(value: string): boolean {
    return this.readersOf(value).every((reader) =>
      reader.type === 'dropout' ? this.isReadByFullyConnectedOnly(reader.name) : reader.type === 'innerProduct',
    );
  }

  /** Whether several layers read a value and one of them needs it as floats: then all take it from there. */
  private isReadAsFloatsToo(value: string): boolean {
    return this.readersOf(value).length > 1 && this.isReadAsFloats(value);
  }

  private isReadAsFloats(value: string): boolean {
    return this.readersOf(value).some((reader) => {
      switch (reader.type) {
        case 'batchNorm':
        case 'scale':
        case 'relu':
        case 'dropout':
        case 'concat':
        case 'reshape':
          return this.isReadAsFloats(reader.name);
        case 'quant':
          return !isLevelQuantizer(reader.quantizer) && this.isReadAsFloats(reader.name);
        case 'pooling':
          return reader.method === 'average' || this.isReadAsFloats(reader.name);
        default:
          return true;
      }
    });
  }

  /** Readers of a value in the whole graph, so that plans for other blobs compute the same. */
  private readersOf(value: string): Layer[] {
    return this.graph.layers.filter((reader) => reader.inputs.includes(value));
  }

  private extended(layer: string, input: Pending, next: ChannelFunction): Pending {
    const base = this.isCodes(input) ? this.computed(input.layer, this.asFloats(input)) : input;
    const last = base.poolings.at(-1);
    if (!last) return { ...base, layer, first: base.first.andThen(next) };
    return { ...base, layer, poolings: [...base.poolings.slice(0, -1), { ...last, after: last.after.andThen(next) }] };
  }

  private toCodes(layer: string, value: Pending, quantizer: LevelQuantizer): TensorId {
    const between = value.poolings.reduce((all, { after }) => all.andThen(after), value.first);
    if (this.isCodes(value) || !between.isMonotone) {
      return this.toCodes(layer, this.computed(value.layer, this.asFloats(value)), quantizer);
    }
    let codes = this.sourceCodes(layer, value.source, between, quantizer);
    for (const [index, { layer: pooling, windows, shape }] of value.poolings.entries()) {
      const rest = value.poolings.slice(index).reduce((all, { after }) => all.andThen(after), ChannelFunction.identity);
      const smallest = Uint8Array.from({ length: shape.channels }, (_, channel) =>
        rest.direction(channel) < 0 ? 1 : 0,
      );
      codes = this.pooledCodes(pooling, codes, windows, shape, smallest);
    }
    return codes;
  }

  private sourceCodes(layer: string, source: Source, between: ChannelFunction, quantizer: LevelQuantizer): TensorId {
    const levels = quantizerLevels(quantizer);
    const codesOf = (shape: ChwShape) => ({ kind: 'codes', shape, bits: codeBits(levels.length), levels }) as const;
    switch (source.kind) {
      case 'weights': {
        const { planned } = source;
        const codes = this.add(codesOf(planned.output));
        this.steps.push(planned.toCodes(source.input, codes, between, quantizer));
        return codes;
      }
      case 'tensor': {
        const input = this.asFloats(this.computed(layer, source.tensor));
        const { shape } = this.tensor(input);
        const { sign, thresholds } = foldThresholds(between, quantizer, shape.channels, float32Range);
        const output = this.add(codesOf(shape));
        this.steps.push({ kind: 'quantize', layer, input, output, sign, epilogue: { kind: 'codes', thresholds } });
        return output;
      }
      case 'parts': {
        const { parts } = source;
        let channels = 0;
        const codes = parts.map((part) => {
          const value = this.extended(part.layer, part, between.fromChannel(channels));
          channels += part.shape.channels;
          return this.toCodes(layer, value, quantizer);
        });
        return this.joined(layer, codes, codesOf({ ...(parts[0] as Pending).shape, channels }));
      }
    }
  }

  private pooledCodes(
    layer: string,
    input: TensorId,
    windows: Windows,
    shape: ChwShape,
    smallest: Uint8Array,
  ): TensorId {
    const output = this.add({ ...this.tensor(input), shape });
    this.steps.push({ kind: 'codePooling', layer, input, output, smallest, ...windows });
    return output;
  }

  /** The value as a tensor of floats, computed once however many layers ask for it. */
  private asFloats(value: Pending): TensorId {
    const known = this.floats.get(value);
    if (known !== undefined) return known;
    let tensor = this.sourceFloats(value);
    for (const { layer, windows, shape, after } of value.poolings) {
      const pooled = this.add({ kind: 'floats', shape });
      this.steps.push(floatPooling(layer, tensor, pooled, 'max', windows, shape));
      tensor = this.pointwise(value.layer, pooled, after);
    }
    this.floats.set(value, tensor);
    return tensor;
  }

  private sourceFloats({ layer, source, first }: Pending): TensorId {
    switch (source.kind) {
      case 'weights': {
        const { planned } = source;
        const output = this.add({ kind: 'floats', shape: planned.output });
        const [epilogue, ...rest] = planned.accumulated.andThen(first).toEpilogues(planned.output.channels);
        this.steps.push(planned.toFloats(source.input, output, epilogue));
        return this.applied(layer, output, rest);
      }
      case 'tensor': {
        const tensor = this.tensor(source.tensor);
        if (tensor.kind !== 'codes') return this.pointwise(layer, source.tensor, first);
        const output = this.add({ kind: 'floats', shape: tensor.shape });
        this.steps.push({ kind: 'dequantize', layer, input: source.tensor, output, values: tensor.levels });
        return output;
      }
      case 'parts': {
        const parts = source.parts.map((part) => this.asFloats(part));
        const channels = source.parts.reduce((sum, { shape }) => sum + shape.channels, 0);
        const shape = { ...(source.parts[0] as Pending).shape, channels };
        return this.pointwise(layer, this.joined(layer, parts, { kind: 'floats', shape }), first);
      }
    }
  }

  private pointwise(layer: string, input: TensorId, fn: ChannelFunction): TensorId {
    const tensor = this.tensor(input);
    if (tensor.kind === 'floats' && fn.isIdentity) return input;
    const whole = tensor.kind === 'integers' ? unitOf(tensor).andThen(fn) : fn;
    return this.applied(layer, input, whole.toEpilogues(tensor.shape.channels));
  }

  private applied(layer: string, input: TensorId, epilogues: readonly FloatEpilogue[]): TensorId {
    let tensor = input;
    for (const epilogue of epilogues) {
      const output = this.add({ kind: 'floats', shape: this.tensor(tensor).shape });
      this.steps.push({ kind: 'pointwise', layer, input: tensor, output, epilogue });
      tensor = output;
    }
    return tensor;
  }

  /** The tensor of a value that nothing is pending on. */
  private computedTensor({ source, first, poolings }: Pending): TensorId | undefined {
    return source.kind === 'tensor' && first.isIdentity && poolings.length === 0 ? source.tensor : undefined;
  }

  private computed(layer: string, tensor: TensorId): Pending {
    return this.beginning(layer, { kind: 'tensor', tensor }, this.tensor(tensor).shape);
  }

  private beginning(layer: string, source: Source, shape: ChwShape): Pending {
    return { layer, source, first: ChannelFunction.identity, poolings: [], shape };
  }

  private isCodes({ source }: Pending): boolean {
    return source.kind === 'tensor' && this.tensor(source.tensor).kind === 'codes';
  }

  private add(tensor: PlanTensor): TensorId {
    return this.tensors.push(tensor) - 1;
  }

  private tensor(id: TensorId): PlanTensor {
    return this.tensors[id] as PlanTensor;
  }
}

function isSame(tensor: { levels: Float64Array }, other: { levels: Float64Array }): boolean {
  return (
    tensor.levels.length === other.levels.length && tensor.levels.every((level, code) => level === other.levels[code])
  );
}

function scaledBy(factor: number): ChannelFunction {
  return factor === 1 ? ChannelFunction.identity : ChannelFunction.identity.timesUnit(factor);
}

function unitOf({ unit }: IntegerTensor): ChannelFunction {
  return ChannelFunction.identity.timesUnit(unit);
}

/** A pooling whose values leave as they are. */
function floatPooling(
  layer: string,
  input: TensorId,
  output: TensorId,
  method: FloatPooling['method'],
  windows: Windows,
  { channels }: ChwShape,
): FloatPooling {
  const [epilogue] = ChannelFunction.identity.toEpilogues(channels);
  return { kind: 'floatPooling', layer, input, output, method, epilogue, ...windows };
}
