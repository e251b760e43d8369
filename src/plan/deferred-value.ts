import type { ChwShape } from '../graph/shapes.ts';
import { ChannelFunction } from './channel-function.ts';
import type { PlannedConvolution } from './convolution.ts';
import type { TensorId, Windows } from './plan.ts';

/** The origin of a deferred value. */
export type Source =
  | { readonly kind: 'weights'; readonly planned: PlannedConvolution; readonly input: TensorId }
  | { readonly kind: 'tensor'; readonly tensor: TensorId }
  | { readonly kind: 'concat'; readonly parts: readonly DeferredValue[] };

/** A deferred max-pooling and the function applied to its output. */
export interface DeferredPooling {
  readonly layer: string;
  readonly windows: Windows;
  readonly shape: ChwShape;
  readonly after: ChannelFunction;
}

/**
 * A layer's value that no step computes yet: a source, then a function, then max-poolings, each followed by a function.
 * Whether it becomes codes or floats depends on the layers that read it.
 */
export interface DeferredValue {
  readonly layer: string;
  readonly source: Source;
  readonly first: ChannelFunction;
  readonly poolings: readonly DeferredPooling[];
  readonly shape: ChwShape;
}

/** Returns a source as a value, with nothing applied to it. */
export function deferred(layer: string, source: Source, shape: ChwShape): DeferredValue {
  return { layer, source, first: ChannelFunction.identity, poolings: [], shape };
}

/** Returns a value with one more function applied. */
export function applyFunction(value: DeferredValue, layer: string, next: ChannelFunction): DeferredValue {
  const last = value.poolings.at(-1);
  if (!last) return { ...value, layer, first: value.first.andThen(next) };
  return { ...value, layer, poolings: [...value.poolings.slice(0, -1), { ...last, after: last.after.andThen(next) }] };
}

/** Returns a value with one more max-pooling applied. */
export function applyPooling(value: DeferredValue, layer: string, windows: Windows, shape: ChwShape): DeferredValue {
  const pooling: DeferredPooling = { layer, windows, shape, after: ChannelFunction.identity };
  return { ...value, layer, poolings: [...value.poolings, pooling], shape };
}

/** Returns the tensor that already holds a value, or undefined if steps must still compute it. */
export function computedTensor({ source, first, poolings }: DeferredValue): TensorId | undefined {
  return source.kind === 'tensor' && first.isIdentity && poolings.length === 0 ? source.tensor : undefined;
}

/** Returns the shape of several values joined along the channels. */
export function concatShape(parts: readonly DeferredValue[]): ChwShape {
  const channels = parts.reduce((sum, { shape }) => sum + shape.channels, 0);
  return { ...(parts[0] as DeferredValue).shape, channels };
}
