import { finalBlobs, lastWeightedLayer } from '../../graph/blobs.ts';
import type { Graph, Layer } from '../../graph/graph.ts';
import { asChwShape, type ChwShape, inferShapes } from '../../graph/shapes.ts';
import { filterScales, filterValues } from '../../graph/weights.ts';

/** A network's end that says by itself where it saw what: planes, their averages, and a fully connected layer. */
export interface AveragedEnd {
  /** Caffe's name for the planes. */
  readonly blob: string;
  readonly planes: ChwShape;
  /** Weights of each class, one a channel. */
  readonly weights: readonly Float64Array[];
}

/** The end of a network that averages whole planes before its last layer; undefined where it does not. */
export function averagedEnd(graph: Graph): AveragedEnd | undefined {
  const last = lastWeightedLayer(graph);
  if (last?.type !== 'innerProduct') return undefined;
  const pooling = behindShapes(graph, last.inputs[0]);
  if (pooling?.type !== 'pooling' || pooling.method !== 'average') return undefined;
  const value = pooling.inputs[0] ?? '';
  const planes = asChwShape(inferShapes(graph).get(value) ?? []);
  const { kernel, pad } = pooling;
  const isWhole = !kernel || (kernel[0] === planes.height && kernel[1] === planes.width);
  const blob = graph.layers.find(({ name }) => name === value)?.blob ?? '';
  if (!isWhole || pad[0] !== 0 || pad[1] !== 0 || finalBlobs(graph).get(blob) !== value) return undefined;
  const scales = filterScales(last.weights, last.outputs);
  const weights = Array.from({ length: last.outputs }, (_, output) =>
    filterValues(last.weights, last.outputs, output).map((weight) => weight * (scales[output] ?? 1)),
  );
  return { blob, planes, weights };
}

/**
 * How much each place adds to the score of a class (Zhou et al., "Learning Deep Features for Discriminative
 * Localization", 2016): their mean, and the layer's bias, are the score.
 * @param values the planes, planar.
 * @returns height × width.
 */
export function classActivation({ planes, weights }: AveragedEnd, values: Float32Array, label: number): Float64Array {
  const area = planes.height * planes.width;
  const map = new Float64Array(area);
  for (const [channel, weight] of (weights[label] ?? new Float64Array()).entries()) {
    for (let place = 0; place < area; place++) {
      map[place] = (map[place] as number) + weight * (values[channel * area + place] as number);
    }
  }
  return map;
}

/** The layer that computes a value, or the one before it where it only gives it another shape. */
function behindShapes(graph: Graph, value: string | undefined): Layer | undefined {
  const layer = graph.layers.find(({ name }) => name === value);
  return layer?.type === 'reshape' || layer?.type === 'dropout' ? behindShapes(graph, layer.inputs[0]) : layer;
}
