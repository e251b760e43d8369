import { type Graph, isWeighted, type Layer, type Shape } from './graph.ts';
import { asChwShape, elementCount, inferShapes, poolingGeometry } from './shapes.ts';
import { weightCount } from './weights.ts';

/** What one image takes, estimated before anything is planned or allocated. */
export interface Work {
  /** Multiply-adds and additions, those of poolings and normalizations included. */
  readonly operations: number;
  /** The largest number of values that are needed at the same time, each until its last reader has run. */
  readonly values: number;
  /** Channels of all values together: a plan has parameters for each. */
  readonly channels: number;
}

/**
 * Estimates the work of a valid graph, in time that is linear in its layers.
 * @throws HwgqError the errors of `inferShapes`.
 */
export function workOf(graph: Graph): Work {
  const shapes = inferShapes(graph);
  const lastReaders = new Map<string, number>();
  for (const [index, layer] of graph.layers.entries()) for (const input of layer.inputs) lastReaders.set(input, index);
  let alive = elementCount(graph.input.shape);
  const work = { operations: 0, values: alive, channels: 0 };
  for (const [index, layer] of graph.layers.entries()) {
    const shape = shapes.get(layer.name) ?? [];
    work.operations += operationsOf(layer, shapes.get(layer.inputs[0] ?? '') ?? [], shape);
    work.channels += asChwShape(shape).channels;
    alive += elementCount(shape);
    work.values = Math.max(work.values, alive);
    for (const input of new Set(layer.inputs)) {
      if (lastReaders.get(input) === index) alive -= elementCount(shapes.get(input) ?? []);
    }
  }
  return work;
}

function operationsOf(layer: Layer, input: Shape, output: Shape): number {
  const { height, width } = asChwShape(output);
  if (isWeighted(layer)) return weightCount(layer.weights) * height * width;
  switch (layer.type) {
    case 'pooling': {
      const shape = asChwShape(input);
      const { kernel } = poolingGeometry(layer, shape);
      return elementCount(output) * Math.min(kernel[0], shape.height) * Math.min(kernel[1], shape.width);
    }
    case 'lrn':
      return elementCount(output) * Math.min(layer.size, asChwShape(input).channels);
    default:
      return elementCount(output) * layer.inputs.length;
  }
}
