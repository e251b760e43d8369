import { type Graph, isWeighted } from './graph.ts';
import { asChwShape, inferShapes } from './shapes.ts';
import { weightCount } from './weights.ts';

/** The size of a network and its computation for one image. */
export interface Cost {
  /** Weights, biases, gammas and betas. The statistics of BatchNorm are not counted. */
  readonly parameters: number;
  /** The parameters that are 1-bit weights. */
  readonly binaryParameters: number;
  /** Multiply-adds of the layers with weights, including those on padding. */
  readonly multiplyAdds: number;
}

/**
 * Returns the cost of a network.
 * @throws HwgqError the errors of `inferShapes`.
 */
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
