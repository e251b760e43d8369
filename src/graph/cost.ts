import { type Graph, isWeighted } from './graph.ts';
import { asChwShape, inferShapes } from './shapes.ts';
import { weightCount } from './weights.ts';

/** How large a network is, and how much it computes for one image. */
export interface Cost {
  /** Weights, biases, factors and offsets; BatchNorm's statistics are not among them. */
  readonly parameters: number;
  /** Those of the parameters that are weights of one bit. */
  readonly binaryParameters: number;
  /** Multiply-adds of the layers with weights, padding included. */
  readonly multiplyAdds: number;
}

/** @throws HwgqError as `inferShapes`. */
export function costOf(graph: Graph): Cost {
  const shapes = inferShapes(graph);
  const cost = { parameters: 0, binaryParameters: 0, multiplyAdds: 0 };
  for (const layer of graph.layers) {
    if (layer.type === 'scale') cost.parameters += layer.gamma.length + (layer.beta?.length ?? 0);
    if (!isWeighted(layer)) continue;
    const { height, width } = asChwShape(shapes.get(layer.name) ?? []);
    const weights = weightCount(layer.weights);
    cost.parameters += weights + (layer.bias?.length ?? 0);
    if (layer.weights.form === 'binary' || layer.weights.form === 'latent') cost.binaryParameters += weights;
    cost.multiplyAdds += weights * height * width;
  }
  return cost;
}
