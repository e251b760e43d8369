import { expect, it } from 'vitest';
import type { Capabilities } from '../../../src/backends/webgpu/device.ts';
import { chosenVariant } from '../../../src/backends/webgpu/variant-choice.ts';
import { convolutionShapes, shapeKey } from '../../../src/backends/webgpu/variants.ts';
import { scoresBlob } from '../../../src/graph/scores.ts';
import { planGraph } from '../../../src/plan/plan-graph.ts';
import { connectLayers } from '../../../src/tools/caffe/build-graph.ts';
import { knownNetwork } from '../../../src/tools/networks/networks.ts';
import { Random } from '../../../src/tools/networks/random.ts';
import { SeededTensors } from '../../../src/tools/networks/seeded-tensors.ts';

/** Default variants of a network by layer shape, without the first layer. */
function defaultsOf(network: string, vendor: string, architecture = ''): Readonly<Record<string, string>> {
  const random = new Random(1);
  const graph = connectLayers(
    knownNetwork(network).describe(),
    (layer, input) => new SeededTensors(random, layer, input),
  );
  const plan = planGraph(graph, { kind: 'integers', unit: 1 }, [scoresBlob(graph)]);
  const capabilities: Capabilities = { vendor, architecture, timestamps: false };
  const shapes = convolutionShapes(plan).filter(({ step }) => step.kind !== 'integerConvolution');
  return Object.fromEntries(shapes.map((shape) => [shapeKey(shape), chosenVariant(shape, capabilities, {}).name]));
}

const LARGE = 'binary 64×56×56→64×56×56 3×3';
const SMALL = 'binary 512×7×7→512×7×7 3×3';
const LAST = 'float 512×1×1→1000×1×1 1×1';

it('computes many channels in a thread if a layer fills the GPU, and fewer if it does not', () => {
  const { [LARGE]: large, [SMALL]: small, [LAST]: last } = defaultsOf('resnet18', 'amd', 'rdna-2');
  expect([large, small, last]).toEqual(['channels-16', 'channels-8', 'split-k-8']);
});

it('assumes a larger GPU of the vendors that sell them, so that layers are split more', () => {
  expect(defaultsOf('resnet18', 'nvidia', 'ampere')[SMALL]).not.toBe(defaultsOf('resnet18', 'amd', 'gcn-5')[SMALL]);
});

it.each(['', 'arm', 'intel'])('chooses kernels of few registers for the vendor "%s"', (vendor) => {
  for (const network of ['resnet18', 'lenet']) {
    expect(Object.values(defaultsOf(network, vendor))).not.toContain('channels-16');
  }
});

it('splits the sums of fully connected layers', () => {
  const names = Object.entries(defaultsOf('alexnet', '')).filter(([shape]) => shape.includes('→4096×1×1'));
  expect(names.map(([, name]) => name)).toEqual(['split-k-8', 'split-k-8']);
});
