import { HwgqError } from '../errors.ts';
import { blobValue } from '../graph/blobs.ts';
import type { Graph, Layer, PoolingLayer, WeightedLayer } from '../graph/graph.ts';
import { asPlanes, type Planes, poolingGeometry } from '../graph/shapes.ts';
import { validateGraph } from '../graph/validate.ts';
import { isLevelQuantizer, type LevelQuantizer, quantizerLevels } from '../numerics/quantizer.ts';
import { ChannelFunction } from './channel-function.ts';
import { planConvolution } from './convolution.ts';
import type { FloatEpilogue, Plan, PlanOutput, PlanTensor, Step, TensorId, Windows } from './plan.ts';
import { float32Range, foldThresholds } from './thresholds.ts';

/** How a network's input comes: as whole numbers times a unit, which first layers sum exactly, or as floats. */
export type PlanInput = { readonly kind: 'integers'; readonly unit: number } | { readonly kind: 'floats' };

/**
 * A graph as steps that keep accumulators out of memory: everything between a layer with weights and its quantizer
 * becomes thresholds on that layer's sums, a max-pooling in between becomes a pooling of codes, and everything
 * behind a layer whose values stay floats becomes a factor and an offset.
 * @param blobs Caffe blobs to give back, in order. One that fusion swallows is computed beside the fused steps.
 * @throws HwgqError `unsupported` naming the layer, `invalid-option` for an unknown blob, and what `validateGraph` throws.
 */
export function planGraph(graph: Graph, input: PlanInput, blobs: readonly string[]): Plan {
  return new Lowering(graph, input).plan(blobs);
}

/** A value that is not computed yet: the source, then a function, then a max-pooling, then another function. */
interface Pending {
  readonly source: { readonly layer: WeightedLayer; readonly input: TensorId } | { readonly tensor: TensorId };
  readonly before: ChannelFunction;
  readonly pooling?: { readonly layer: string; readonly windows: Windows; readonly shape: Planes };
  readonly after: ChannelFunction;
  readonly shape: Planes;
}

class Lowering {
  private readonly tensors: PlanTensor[];
  private readonly steps: Step[] = [];
  private readonly pending = new Map<string, Pending>();
  private readonly floats = new Map<Pending, TensorId>();
  private readonly softmaxInputs = new Map<string, Pending>();
  private readonly wanted = new Set<string>();

  constructor(
    private readonly graph: Graph,
    input: PlanInput,
  ) {
    validateGraph(graph);
    const shape = asPlanes(graph.input.shape);
    this.tensors = [
      input.kind === 'integers' ? { kind: 'integers', shape, unit: input.unit } : { kind: 'floats', shape },
    ];
    this.pending.set(graph.input.name, this.computed(0));
  }

  plan(blobs: readonly string[]): Plan {
    const values = blobs.map((blob) => blobValue(this.graph, blob));
    this.collectWanted(values);
    for (const layer of this.graph.layers) if (this.wanted.has(layer.name)) this.lower(layer);
    const outputs = values.map((value) => this.output(value));
    return { tensors: this.tensors, steps: this.steps, outputs };
  }

  private collectWanted(values: readonly string[]): void {
    for (const value of values) this.wanted.add(value);
    for (const layer of this.graph.layers.toReversed()) {
      if (this.wanted.has(layer.name)) for (const input of layer.inputs) this.wanted.add(input);
    }
  }

  private output(value: string): PlanOutput {
    const softmax = this.softmaxInputs.get(value);
    if (softmax) return { tensor: this.asFloats(softmax), softmax: true };
    const pending = this.valueOf(value);
    return { tensor: this.computedTensor(pending) ?? this.asFloats(pending), softmax: false };
  }

  private lower(layer: Layer): void {
    if (layer.type === 'softmax') {
      this.softmaxInputs.set(layer.name, this.valueOf(layer.inputs[0] ?? ''));
      return;
    }
    if (layer.type === 'eltwise' || layer.type === 'concat' || layer.type === 'lrn') unsupported(layer);
    const input = this.valueOf(layer.inputs[0] ?? '');
    this.pending.set(layer.name, this.lowered(layer, input));
  }

  private lowered(layer: Exclude<Layer, { type: 'softmax' | 'eltwise' | 'concat' | 'lrn' }>, input: Pending): Pending {
    switch (layer.type) {
      case 'convolution':
      case 'innerProduct':
        return this.weighted(layer, input);
      case 'pooling':
        return layer.method === 'max' ? this.maxPooled(layer, input) : this.averagePooled(layer, input);
      case 'batchNorm':
        return this.extended(input, ChannelFunction.identity.normalized(layer));
      case 'scale':
        return this.extended(input, ChannelFunction.identity.scaled(layer));
      case 'relu':
        return this.extended(input, ChannelFunction.identity.rectified(layer.negativeSlope));
      case 'quant':
        if (!isLevelQuantizer(layer.quantizer)) return unsupported(layer, `forward_func ${layer.quantizer.kind}`);
        return this.quantized(layer.name, input, layer.quantizer);
      case 'dropout':
        return input;
      case 'reshape': {
        const { channels, height, width } = input.shape;
        const shape = asPlanes(layer.shape);
        // A fully connected layer reads planes and their flattening alike; other layers see another channel count.
        const isFlattening = layer.shape.length === 1;
        const isSame = shape.channels === channels && shape.height === height && shape.width === width;
        if (!isSame && !(isFlattening && this.isReadByFullyConnectedOnly(layer.name))) unsupported(layer);
        return input;
      }
    }
  }

  private isReadByFullyConnectedOnly(value: string): boolean {
    return this.graph.layers
      .filter((reader) => this.wanted.has(reader.name) && reader.inputs.includes(value))
      .every((reader) =>
        reader.type === 'dropout' ? this.isReadByFullyConnectedOnly(reader.name) : reader.type === 'innerProduct',
      );
  }

  private valueOf(name: string): Pending {
    const pending = this.pending.get(name);
    if (pending) return pending;
    throw new HwgqError('unsupported', `Layer '${name}' is a Softmax in mid-network, which WebGPU does not run yet.`, {
      layer: name,
    });
  }

  private weighted(layer: WeightedLayer, input: Pending): Pending {
    const tensor = this.computedTensor(input) ?? this.asFloats(input);
    const shape = planConvolution(layer, this.tensor(tensor)).output;
    return {
      source: { layer, input: tensor },
      before: ChannelFunction.identity,
      after: ChannelFunction.identity,
      shape,
    };
  }

  private maxPooled(layer: PoolingLayer, input: Pending): Pending {
    const { kernel, output } = poolingGeometry(layer, input.shape);
    const windows: Windows = { kernel, stride: layer.stride, pad: layer.pad, dilation: [1, 1] };
    const computed = this.computedTensor(input);
    if (computed !== undefined && this.tensor(computed).kind === 'codes') {
      return this.computed(this.pooledCodes(layer.name, computed, windows, output, new Uint8Array(output.channels)));
    }
    const base = input.pooling ? this.computed(this.asFloats(input)) : input;
    return { ...base, pooling: { layer: layer.name, windows, shape: output }, shape: output };
  }

  private averagePooled(layer: PoolingLayer, input: Pending): Pending {
    const { kernel, output } = poolingGeometry(layer, input.shape);
    const tensor = this.add({ kind: 'floats', shape: output });
    const windows: Windows = { kernel, stride: layer.stride, pad: layer.pad, dilation: [1, 1] };
    const source = this.asFloats(input);
    this.steps.push({
      kind: 'floatPooling',
      layer: layer.name,
      input: source,
      output: tensor,
      method: 'average',
      ...windows,
    });
    return this.computed(tensor);
  }

  private extended(input: Pending, next: ChannelFunction): Pending {
    const last = input.pooling ? input.after : input.before;
    const base = last.isRectified || this.isCodes(input) ? this.computed(this.asFloats(input)) : input;
    return base.pooling ? { ...base, after: base.after.andThen(next) } : { ...base, before: base.before.andThen(next) };
  }

  private quantized(layer: string, input: Pending, quantizer: LevelQuantizer): Pending {
    const levels = quantizerLevels(quantizer);
    const unit = levels[1] ?? 0;
    if (!levels.every((level, code) => level === code * unit)) {
      throw new HwgqError(
        'unsupported',
        `Layer '${layer}' quantizes to ${[...levels].join(', ')}; WebGPU runs whole multiples 0, c, 2c, 3c… only so far. Use backend 'reference'.`,
        { layer, backend: 'webgpu' },
      );
    }
    const base = this.isCodes(input) ? this.computed(this.asFloats(input)) : input;
    const before = base.pooling?.shape ? this.unpooledShape(base) : base.shape;
    const between = base.before.andThen(base.after);
    const bits = Math.ceil(Math.log2(levels.length));
    const codes = this.add({ kind: 'codes', shape: before, bits, levels });
    if ('layer' in base.source) {
      const { layer: source, input: tensor } = base.source;
      this.steps.push(planConvolution(source, this.tensor(tensor)).toCodes(tensor, codes, between, quantizer));
    } else {
      const { sign, thresholds } = foldThresholds(between, quantizer, before.channels, float32Range);
      const floats = this.asFloats(this.computed(base.source.tensor));
      this.steps.push({
        kind: 'quantize',
        layer,
        input: floats,
        output: codes,
        sign,
        epilogue: { kind: 'codes', thresholds },
      });
    }
    if (!base.pooling) return this.computed(codes);
    const { layer: pooling, windows, shape } = base.pooling;
    const smallest = Uint8Array.from({ length: shape.channels }, (_, channel) =>
      base.after.direction(channel) < 0 ? 1 : 0,
    );
    return this.computed(this.pooledCodes(pooling, codes, windows, shape, smallest));
  }

  private pooledCodes(layer: string, input: TensorId, windows: Windows, shape: Planes, smallest: Uint8Array): TensorId {
    const source = this.tensor(input);
    if (source.kind !== 'codes') throw new TypeError('pooledCodes takes codes');
    const output = this.add({ ...source, shape });
    this.steps.push({ kind: 'codePooling', layer, input, output, smallest, ...windows });
    return output;
  }

  /** The value as a tensor of floats, computed once however many layers ask for it. */
  private asFloats(value: Pending): TensorId {
    const known = this.floats.get(value);
    if (known !== undefined) return known;
    const tensor = this.computeFloats(value);
    this.floats.set(value, tensor);
    return tensor;
  }

  private computeFloats(value: Pending): TensorId {
    let tensor = this.sourceFloats(value);
    if (value.pooling) {
      const { layer, windows, shape } = value.pooling;
      const pooled = this.add({ kind: 'floats', shape });
      this.steps.push({ kind: 'floatPooling', layer, input: tensor, output: pooled, method: 'max', ...windows });
      tensor = value.after.isIdentity ? pooled : this.pointwise(layer, pooled, value.after);
    }
    return tensor;
  }

  private sourceFloats({ source, before, pooling, shape }: Pending): TensorId {
    if ('layer' in source) {
      const convolution = planConvolution(source.layer, this.tensor(source.input));
      const tensor = this.add({ kind: 'floats', shape: convolution.output });
      this.steps.push(convolution.toFloats(source.input, tensor, before));
      return tensor;
    }
    const tensor = this.tensor(source.tensor);
    if (tensor.kind === 'codes') {
      const decoded = this.add({ kind: 'floats', shape });
      this.steps.push({ kind: 'decode', layer: pooling?.layer ?? '', input: source.tensor, output: decoded });
      return decoded;
    }
    const isFinal = before.isIdentity && tensor.kind === 'floats';
    return isFinal ? source.tensor : this.pointwise(pooling?.layer ?? '', source.tensor, before);
  }

  private pointwise(layer: string, input: TensorId, fn: ChannelFunction): TensorId {
    const source = this.tensor(input);
    const whole = source.kind === 'integers' ? ChannelFunction.identity.timesUnit(source.unit).andThen(fn) : fn;
    const output = this.add({ kind: 'floats', shape: source.shape });
    const epilogue: FloatEpilogue = { kind: 'floats', ...whole.toAffine(source.shape.channels) };
    this.steps.push({ kind: 'pointwise', layer, input, output, epilogue });
    return output;
  }

  /** The tensor of a value that nothing is pending on. */
  private computedTensor({ source, before, pooling, after }: Pending): TensorId | undefined {
    const isComputed = !pooling && before.isIdentity && after.isIdentity && 'tensor' in source;
    return isComputed ? source.tensor : undefined;
  }

  private computed(tensor: TensorId): Pending {
    const { shape } = this.tensor(tensor);
    return { source: { tensor }, before: ChannelFunction.identity, after: ChannelFunction.identity, shape };
  }

  private isCodes(value: Pending): boolean {
    return 'tensor' in value.source && this.tensor(value.source.tensor).kind === 'codes';
  }

  private unpooledShape({ source }: Pending): Planes {
    return 'layer' in source
      ? planConvolution(source.layer, this.tensor(source.input)).output
      : this.tensor(source.tensor).shape;
  }

  private add(tensor: PlanTensor): TensorId {
    return this.tensors.push(tensor) - 1;
  }

  private tensor(id: TensorId): PlanTensor {
    return this.tensors[id] as PlanTensor;
  }
}

function unsupported(layer: Layer, what: string = layer.type): never {
  throw new HwgqError(
    'unsupported',
    `Layer '${layer.name}' (${what}) does not run on WebGPU yet. Use backend 'reference'.`,
    {
      layer: layer.name,
      backend: 'webgpu',
    },
  );
}
