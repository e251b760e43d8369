import { version } from '../../../package.json';
import type { Graph, Layer } from '../../graph/graph.ts';
import { photographMoments } from '../../image/photographs.ts';
import type { Model } from '../../model/model.ts';
import { type Moments, propagateMoments } from '../../reference/moments.ts';
import { connectLayers } from '../caffe/build-graph.ts';
import { preprocessingFor } from '../convert/preprocessing.ts';
import { packWeights } from '../convert/weights.ts';
import { knownNetwork } from './networks.ts';
import { Random } from './random.ts';
import { SeededTensors } from './seeded-tensors.ts';

const LICENCE = 'Random weights, made by this program: they recognise nothing and may be used for anything.';

/**
 * A known network with random weights, for benchmarks and tests: as large, as fast and numerically as lively as a
 * trained one. BatchNorm's statistics are those that photographs bring about, so that all levels of the quantizers
 * are in use. The same seed gives the same model.
 * @throws HwgqError `invalid-option` where there is no network of that name.
 */
export function seededModel(name: string, seed: number): Model {
  const { describe, recipe } = knownNetwork(name);
  const network = describe();
  const random = new Random(seed);
  const graph = connectLayers(network, (layer, input) => new SeededTensors(random, layer, input));
  const { mean, scale } = recipe;
  const preprocessing = preprocessingFor(network.input.shape, {
    ...(mean.length > 0 && { mean: { kind: 'channels', values: mean } }),
    scale,
  });
  return {
    graph: packWeights(calibrated(graph, photographMoments(preprocessing)), 'compact'),
    preprocessing,
    provenance: { generator: `hwgq-web ${version}, ${name} of seed ${seed}`, sources: [], licence: LICENCE },
  };
}

/** The graph with each BatchNorm's statistics as its input's moments are, where the network's input has those given. */
function calibrated(graph: Graph, input: Moments): Graph {
  const values = new Map([[graph.input.name, input]]);
  const end = graph.layers.findLastIndex(({ type }) => type === 'batchNorm') + 1;
  const layers = graph.layers.map((layer, index): Layer => {
    if (index >= end) return layer;
    const inputs = layer.inputs.map((name) => values.get(name) as Moments);
    const adjusted = layer.type === 'batchNorm' ? { ...layer, ...statisticsOf(inputs[0] as Moments) } : layer;
    values.set(layer.name, propagateMoments(adjusted, inputs));
    return adjusted;
  });
  return { ...graph, layers };
}

function statisticsOf({ mean, variance }: Moments) {
  return { meanSums: Float32Array.from(mean), varianceSums: Float32Array.from(variance), factor: 1 };
}
