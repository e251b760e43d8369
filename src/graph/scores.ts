import { HwgqError } from '../errors.ts';
import { blobValue, finalBlobs } from './blobs.ts';
import { type Graph, isWeighted, type Layer, type Shape, type WeightedLayer } from './graph.ts';
import { asChwShape, elementCount, inferShapes } from './shapes.ts';

/** The values that a classifier compares. */
export interface Scores {
  /** The blob that holds them. */
  readonly blob: string;
  /** The name of the value in that blob. */
  readonly value: string;
  /** Whether they are probabilities already, so that no softmax may be applied to them. */
  readonly areProbabilities: boolean;
}

/** What the search for ends needs to know of a layer. */
type Node = Pick<Layer, 'name' | 'inputs' | 'blob' | 'type'>;

/**
 * Returns the layers that end a network: nothing else reads their values. Layers that only forward a value are no ends
 * of their own: the value counts, and the end is the last layer that forwards it.
 */
export function endsOf<Kind extends Node>(layers: readonly Kind[]): Kind[] {
  /** Maps a value to the value that it repeats. */
  const origins = new Map<string, string>();
  const originOf = (value: string) => origins.get(value) ?? value;
  /** Maps each value that nothing but forwarding layers has read so far to the layer that offers it. */
  const ends = new Map<string, Kind>();
  const isRead = new Set<string>();
  for (const layer of layers) {
    const inputs = layer.inputs.map(originOf);
    const [input] = inputs;
    if (forwards(layer) && input !== undefined) {
      origins.set(layer.name, input);
      if (!isRead.has(input)) ends.set(input, layer);
      continue;
    }
    for (const read of inputs) {
      isRead.add(read);
      ends.delete(read);
    }
    ends.set(layer.name, layer);
  }
  return [...ends.values()];
}

/**
 * Finds the scores of a classifier: the blob that a closing Softmax reads, otherwise the network's end. Layers behind the
 * Softmax that only forward or average its values do not count.
 * @throws HwgqError `invalid-graph` for several ends; the message lists their blobs.
 */
export function scoresOf(graph: Graph): Scores {
  const end = graph.scores === undefined ? onlyEnd(graph) : blobValue(graph, graph.scores);
  const layers = new Map(graph.layers.map((layer) => [layer.name, layer]));
  const source = layers.get(sourceOf(end, layers));
  const logits = source?.type === 'softmax' ? source.inputs[0] : undefined;
  const blob = logits === undefined ? undefined : (layers.get(logits)?.blob ?? graph.input.name);
  if (logits !== undefined && blob !== undefined && finalBlobs(graph).get(blob) === logits) {
    return { blob, value: logits, areProbabilities: false };
  }
  // The logits of a Softmax that works in place cannot be read.
  return {
    blob: layers.get(end)?.blob ?? graph.input.name,
    value: end,
    areProbabilities: areProbabilities(end, layers),
  };
}

/** Whether a network says which of its blobs holds the scores: it has one end, or names the blob. */
export function hasScores(graph: Graph): boolean {
  return graph.scores !== undefined || endsOf(graph.layers).length <= 1;
}

/** Returns the name of the blob of the scores (`scoresOf`). @throws HwgqError `invalid-graph`. */
export function scoresBlob(graph: Graph): string {
  return scoresOf(graph).blob;
}

/**
 * Returns the number of classes: the number of scores.
 * @param shapes the shapes of all values, if they are known already.
 * @throws HwgqError the errors of `scoresOf` and `inferShapes`.
 */
export function classCount(graph: Graph, shapes: ReadonlyMap<string, Shape> = inferShapes(graph)): number {
  return elementCount(shapes.get(scoresOf(graph).value) ?? []);
}

/**
 * Checks that a classifier has one score for each class, and not one for each place of a picture.
 * @throws HwgqError `unsupported`, naming the blob and its shape; `invalid-graph` for several ends.
 */
export function expectOneScorePerClass(graph: Graph): void {
  const { blob, value } = scoresOf(graph);
  const { channels, height, width } = asChwShape(inferShapes(graph).get(value) ?? []);
  if (channels * height * width === Math.max(channels, height, width)) return;
  throw new HwgqError(
    'unsupported',
    `The scores '${blob}' are a map of ${height}×${width} places with ${channels} values each. A classifier needs one ` +
      'per class: add a Pooling layer with global_pooling.',
    { blob },
  );
}

/** Returns the last layer with weights before the scores, which classifies the features that it reads. */
export function lastWeightedLayer(graph: Graph): WeightedLayer | undefined {
  const needed = new Set(hasScores(graph) ? [scoresOf(graph).value] : graph.layers.map(({ name }) => name));
  return graph.layers.findLast((layer): layer is WeightedLayer => {
    if (!needed.has(layer.name)) return false;
    for (const input of layer.inputs) needed.add(input);
    return isWeighted(layer);
  });
}

/** Returns the name of the blob of the features: the one that the last layer with weights reads, or the input. */
export function featuresBlob(graph: Graph): string {
  const value = lastWeightedLayer(graph)?.inputs[0];
  return graph.layers.find((layer) => layer.name === value)?.blob ?? graph.input.name;
}

function onlyEnd(graph: Graph): string {
  const [end, another] = endsOf(graph.layers);
  if (!another) return end?.name ?? graph.layers.at(-1)?.name ?? graph.input.name;
  const blobs = endsOf(graph.layers).map(({ blob }) => blob);
  throw new HwgqError(
    'invalid-graph',
    `The network has ${blobs.length} ends: the blobs ${blobs.join(', ')}. Convert it with --scores BLOB to name the one that holds the scores.`,
    { blobs: blobs.join(', ') },
  );
}

function forwards({ type }: Pick<Layer, 'type'>): boolean {
  return type === 'dropout' || type === 'reshape';
}

/** Returns the value that a value repeats. */
function sourceOf(value: string, layers: ReadonlyMap<string, Layer>): string {
  let source = value;
  for (let layer = layers.get(source); layer && forwards(layer); layer = layers.get(source)) {
    source = layer.inputs[0] ?? '';
  }
  return source;
}

/** Whether a value comes from Softmax layers through layers that keep probabilities: averages and sums. */
function areProbabilities(value: string, layers: ReadonlyMap<string, Layer>): boolean {
  const pending = [value];
  const seen = new Set<string>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const layer = layers.get(sourceOf(next, layers));
    if (!layer) return false;
    if (layer.type === 'softmax' || seen.has(layer.name)) continue;
    seen.add(layer.name);
    const averages = layer.type === 'pooling' && layer.method === 'average';
    const sums = layer.type === 'eltwise' && layer.operation === 'sum';
    if (!averages && !sums) return false;
    pending.push(...layer.inputs);
  }
  return true;
}
