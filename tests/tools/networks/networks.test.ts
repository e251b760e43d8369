import { describe, expect, it } from 'vitest';
import { costOf } from '../../../src/graph/cost.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { connectLayers } from '../../../src/tools/caffe/build-graph.ts';
import { readNetwork } from '../../../src/tools/caffe/network.ts';
import { writeNetwork, writeTrainingNetwork } from '../../../src/tools/caffe/write-network.ts';
import { knownNetwork, NETWORK_NAMES } from '../../../src/tools/networks/networks.ts';
import { Random } from '../../../src/tools/networks/random.ts';
import { SeededTensors } from '../../../src/tools/networks/seeded-tensors.ts';

/** Layers with equal filters: number of layers, input channels, outputs, kernel size, and output height and width. */
type Filters = readonly [count: number, inputs: number, outputs: number, kernel: number, outputSide: number];

/** Parameters of torchvision's models, and number of channels with a gamma and a beta. */
const TORCHVISION = {
  resnet18: { parameters: 11_689_512, normalizedChannels: 4_800 },
  resnet34: { parameters: 21_797_672, normalizedChannels: 8_512 },
  resnet50: { parameters: 25_557_032, normalizedChannels: 26_560 },
};

/** Number of outputs of all blocks and projections of a ResNet. Here, only these have a gamma and a beta. */
const SCALED_CHANNELS = {
  resnet18: 2 * (64 + 128 + 256 + 512) + (128 + 256 + 512),
  resnet34: 3 * 64 + 4 * 128 + 6 * 256 + 3 * 512 + (128 + 256 + 512),
  resnet50: 4 * (3 * 64 + 4 * 128 + 6 * 256 + 3 * 512) + 4 * (64 + 128 + 256 + 512),
};

/** Layers with weights, written by hand from the papers. */
const FILTERS: Readonly<Record<string, readonly Filters[]>> = {
  alexnet: [
    [1, 3, 96, 11, 55],
    [1, 96, 256, 5, 27],
    [1, 256, 384, 3, 13],
    [1, 384, 384, 3, 13],
    [1, 384, 256, 3, 13],
    [1, 256, 4096, 6, 1],
    [1, 4096, 4096, 1, 1],
    [1, 4096, 1000, 1, 1],
  ],
  resnet18: [
    [1, 3, 64, 7, 112],
    [4, 64, 64, 3, 56],
    [1, 64, 128, 3, 28],
    [1, 64, 128, 1, 28],
    [3, 128, 128, 3, 28],
    [1, 128, 256, 3, 14],
    [1, 128, 256, 1, 14],
    [3, 256, 256, 3, 14],
    [1, 256, 512, 3, 7],
    [1, 256, 512, 1, 7],
    [3, 512, 512, 3, 7],
    [1, 512, 1000, 1, 1],
  ],
  vgg: [
    [1, 3, 96, 7, 112],
    [1, 96, 256, 3, 56],
    [2, 256, 256, 3, 56],
    [1, 256, 512, 3, 28],
    [2, 512, 512, 3, 28],
    [3, 512, 512, 3, 14],
    [1, 512, 4096, 7, 1],
    [1, 4096, 4096, 1, 1],
    [1, 4096, 1000, 1, 1],
  ],
  darknet19: [
    [1, 3, 32, 3, 224],
    [1, 32, 64, 3, 112],
    [3, 64, 128, 3, 56],
    [3, 128, 256, 3, 28],
    [5, 256, 512, 3, 14],
    [5, 512, 1024, 3, 7],
    [1, 1024, 1000, 1, 1],
  ],
};

describe.each(NETWORK_NAMES)('%s', (name) => {
  const { describe: describeNetwork, recipe } = knownNetwork(name);

  it('is the same network after writing and reading it', () => {
    expect(readNetwork(writeNetwork(describeNetwork()))).toEqual(describeNetwork());
  });

  it('is the same network in its training file, except for Softmax', () => {
    const network = describeNetwork();
    // The training file of LeNet does not contain the picture size, because it does not crop.
    const size = recipe.augment ? '' : `input: "data" input_shape { dim: [1, ${network.input.shape.join(', ')}] } `;
    const { input, layers } = readNetwork(size + writeTrainingNetwork(network, recipe));
    expect(input).toEqual(network.input);
    expect(layers).toEqual(network.layers.slice(0, -1));
  });
});

describe('the cost of networks', () => {
  it.each(['resnet18', 'resnet34', 'resnet50'] as const)('%s has as many parameters as in torchvision', (name) => {
    const { parameters, normalizedChannels } = TORCHVISION[name];
    const firstBiases = 64;
    expect(costOf(graphOf(name)).parameters).toBe(
      parameters - 2 * normalizedChannels + 2 * SCALED_CHANNELS[name] + firstBiases,
    );
  });

  it.each([
    ['resnet34', 3.6],
    ['resnet50', 3.8],
  ])('%s has the multiply-adds of He et al. (2016), table 1: %d billion', (name, billions) => {
    expect(Math.trunc(costOf(graphOf(name)).multiplyAdds / 1e8) / 10).toBe(billions);
  });

  it.each(Object.entries(FILTERS))('%s has the weights and multiply-adds counted by hand', (name, filters) => {
    const graph = graphOf(name);
    const cost = costOf(graph);
    const weights = filters.map(([count, inputs, outputs, kernel]) => count * inputs * outputs * kernel ** 2);
    const [first = 0, last = 0] = [weights[0], weights.at(-1)];
    expect(cost.binaryParameters).toBe(sum(weights) - first - last);
    expect(cost.multiplyAdds).toBe(sum(weights.map((weight, index) => weight * (filters[index]?.[4] ?? 0) ** 2)));
    expect(validateGraph(graph).get('prob')).toEqual([1000]);
  });

  it.each([
    ['resnet34', 159, [512, 7, 7]],
    ['resnet50', 210, [2048, 7, 7]],
    ['darknet19', 63, [1024, 7, 7]],
    ['vgg', 43, [4096]],
    ['alexnet', 26, [4096]],
  ])('%s has %d layers, and its last ReLU has the shape %j', (name, count, shape) => {
    const graph = graphOf(name);
    expect(graph.layers).toHaveLength(count);
    const relu = graph.layers.findLast(({ type }) => type === 'relu');
    expect(validateGraph(graph).get(relu?.name ?? '')).toEqual(shape);
  });
});

it('rejects an unknown name with the known ones', () => {
  expect(() => knownNetwork('resnet19')).toThrow(
    expect.objectContaining({ code: 'invalid-option', message: expect.stringMatching(/'resnet19'.*resnet18.*lenet/) }),
  );
});

const graphs = new Map<string, Graph>();

function graphOf(name: string): Graph {
  const graph =
    graphs.get(name) ??
    connectLayers(knownNetwork(name).describe(), (layer, input) => new SeededTensors(new Random(1), layer, input));
  graphs.set(name, graph);
  return graph;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
