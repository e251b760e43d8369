import type { ChwShape } from '../graph/shapes.ts';
import { type LevelQuantizer, quantizerLevels } from '../numerics/quantizer.ts';
import { ChannelFunction } from './channel-function.ts';
import { codeBits } from './code-levels.ts';
import { applyFunction, concatShape, type DeferredValue, deferred, type Source } from './deferred-value.ts';
import type { CodeTensor, TensorId } from './plan.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { float32Range, foldThresholds } from './thresholds.ts';

/** Appends the steps that compute deferred values, as floats or as codes. */
export class Materializer {
  readonly #builder: PlanBuilder;
  readonly #floats = new Map<DeferredValue, TensorId>();

  constructor(builder: PlanBuilder) {
    this.#builder = builder;
  }

  /** Returns a tensor as a value that needs no further steps. */
  computed(layer: string, tensor: TensorId): DeferredValue {
    return deferred(layer, { kind: 'tensor', tensor }, this.#builder.tensor(tensor).shape);
  }

  /** Returns a value to which functions can be applied: codes become floats first. */
  unquantized(value: DeferredValue): DeferredValue {
    return this.#isCodes(value) ? this.computed(value.layer, this.toFloats(value)) : value;
  }

  /** Returns a value as floats. Its steps are appended once, even if several layers read it. */
  toFloats(value: DeferredValue): TensorId {
    const known = this.#floats.get(value);
    if (known !== undefined) return known;
    let tensor = this.#sourceFloats(value);
    for (const { layer, windows, shape, after } of value.poolings) {
      const pooled = this.#builder.poolFloats(layer, tensor, 'max', windows, shape);
      tensor = this.#builder.applyFunction(value.layer, pooled, after);
    }
    this.#floats.set(value, tensor);
    return tensor;
  }

  /** Returns a value as codes of a quantizer. Functions become thresholds, and max-poolings pool codes. */
  toCodes(layer: string, value: DeferredValue, quantizer: LevelQuantizer): TensorId {
    const between = value.poolings.reduce((all, { after }) => all.andThen(after), value.first);
    if (this.#isCodes(value) || !between.isMonotone) {
      return this.toCodes(layer, this.computed(value.layer, this.toFloats(value)), quantizer);
    }
    let codes = this.#sourceCodes(layer, value.source, between, quantizer);
    for (const [index, { layer: pooling, windows, shape }] of value.poolings.entries()) {
      const rest = value.poolings.slice(index).reduce((all, { after }) => all.andThen(after), ChannelFunction.identity);
      const smallest = Uint8Array.from({ length: shape.channels }, (_, channel) =>
        rest.slopeSign(channel) < 0 ? 1 : 0,
      );
      codes = this.#builder.poolCodes(pooling, codes, windows, shape, smallest);
    }
    return codes;
  }

  #sourceFloats({ layer, source, first }: DeferredValue): TensorId {
    const builder = this.#builder;
    switch (source.kind) {
      case 'weights': {
        const { planned } = source;
        builder.expectRoom(layer, planned.weightCount);
        const output = builder.addFloats(planned.output);
        const { accumulated, toFloats } = planned.forFloats();
        const [epilogue, ...rest] = accumulated.andThen(first).toEpilogues(planned.output.channels);
        builder.steps.push(toFloats(source.input, output, epilogue));
        return builder.applyEpilogues(layer, output, rest);
      }
      case 'tensor': {
        const tensor = builder.tensor(source.tensor);
        if (tensor.kind === 'codes') return builder.dequantize(layer, source.tensor, tensor);
        return builder.applyFunction(layer, source.tensor, first);
      }
      case 'concat': {
        const parts = source.parts.map((part) => this.toFloats(part));
        const joined = builder.concat(layer, parts, { kind: 'floats', shape: concatShape(source.parts) });
        return builder.applyFunction(layer, joined, first);
      }
    }
  }

  #sourceCodes(layer: string, source: Source, between: ChannelFunction, quantizer: LevelQuantizer): TensorId {
    const builder = this.#builder;
    const levels = quantizerLevels(quantizer);
    const codesOf = (shape: ChwShape): CodeTensor => ({ kind: 'codes', shape, bits: codeBits(levels.length), levels });
    switch (source.kind) {
      case 'weights': {
        const { planned } = source;
        builder.expectRoom(layer, planned.weightCount);
        const codes = builder.addTensor(codesOf(planned.output));
        builder.steps.push(planned.toCodes(source.input, codes, between, quantizer));
        return codes;
      }
      case 'tensor': {
        const input = this.toFloats(this.computed(layer, source.tensor));
        const { shape } = builder.tensor(input);
        const { sign, thresholds } = foldThresholds(between, quantizer, shape.channels, float32Range);
        const output = builder.addTensor(codesOf(shape));
        builder.steps.push({ kind: 'quantize', layer, input, output, sign, epilogue: { kind: 'codes', thresholds } });
        return output;
      }
      case 'concat': {
        let channels = 0;
        const codes = source.parts.map((part) => {
          builder.expectRoom(layer);
          const value = applyFunction(this.unquantized(part), part.layer, between.fromChannel(channels));
          channels += part.shape.channels;
          return this.toCodes(layer, value, quantizer);
        });
        return builder.concat(layer, codes, codesOf(concatShape(source.parts)));
      }
    }
  }

  #isCodes({ source }: DeferredValue): boolean {
    return source.kind === 'tensor' && this.#builder.tensor(source.tensor).kind === 'codes';
  }
}
