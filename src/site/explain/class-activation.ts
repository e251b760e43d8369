import { finalBlobs } from '../../graph/blobs.ts';
import type { Graph, Layer } from '../../graph/graph.ts';
import { lastWeightedLayer } from '../../graph/scores.ts';
import { asChwShape, type ChwShape, inferShapes } from '../../graph/shapes.ts';
import { filterScales, filterValues } from '../../graph/weights.ts';

/** The end of a network with class activation maps: feature maps, global average pooling, a fully connected layer. */
export interface AveragedEnd {
  /** Blob name of the feature maps. */
  readonly blob: string;
  readonly planes: ChwShape;
  /** Weights of each class, one per channel. */
  readonly weights: readonly Float64Array[];
}

/** Returns the end of a network with global average pooling before its last layer; undefined for other networks. */
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
 * Computes the class activation map (Zhou et al., "Learning Deep Features for Discriminative Localization", 2016). Its
 * mean plus the bias of the layer is the score of the class.
 * @param values feature maps, channels × height × width.
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

/** Returns the layer that computes a value, skipping layers that only change its shape. */
function behindShapes(graph: Graph, value: string | undefined): Layer | undefined {
  const layer = graph.layers.find(({ name }) => name === value);
  return layer?.type === 'reshape' || layer?.type === 'dropout' ? behindShapes(graph, layer.inputs[0]) : layer;
}
