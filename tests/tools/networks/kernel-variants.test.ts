import { expect, it } from 'vitest';
import type { Capabilities } from '../../../src/backends/webgpu/device.ts';
import {
  type ConvolutionShape,
  convolutionShapes,
  shapeKey,
  variantsOf,
} from '../../../src/backends/webgpu/variants.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { scoresBlob } from '../../../src/graph/scores.ts';
import type { PlanInput } from '../../../src/plan/plan.ts';
import { planGraph } from '../../../src/plan/plan-graph.ts';
import { connectLayers } from '../../../src/tools/caffe/build-graph.ts';
import { knownNetwork, NETWORK_NAMES } from '../../../src/tools/networks/networks.ts';
import { Random } from '../../../src/tools/networks/random.ts';
import { SeededTensors } from '../../../src/tools/networks/seeded-tensors.ts';
import { graphAround, ODD_LAYERS } from '../../support/odd-layers.ts';

const INPUTS: readonly PlanInput[] = [{ kind: 'integers', unit: 1 }, { kind: 'floats' }];

/** Hardware adapters whose threads have many registers, and few. */
const HARDWARE = ['amd', 'intel'].map((vendor): Capabilities => {
  return { vendor, architecture: '', timestamps: false };
});

/** The layer shapes of a network for which a condition fails on some hardware adapter. */
function failing(
  graph: Graph,
  output: string,
  isMet: (shape: ConvolutionShape, capabilities: Capabilities) => boolean,
): string[] {
  const shapes = INPUTS.flatMap((input) => convolutionShapes(planGraph(graph, input, [output])));
  expect(shapes).not.toEqual([]);
  return HARDWARE.flatMap((capabilities) => shapes.filter((shape) => !isMet(shape, capabilities)).map(shapeKey));
}

function hasThreeVariants(shape: ConvolutionShape, capabilities: Capabilities): boolean {
  return new Set(variantsOf(shape, capabilities).map(({ name }) => name)).size >= 3;
}

function networkGraph(name: (typeof NETWORK_NAMES)[number]): Graph {
  const random = new Random(1);
  return connectLayers(knownNetwork(name).describe(), (layer, input) => new SeededTensors(random, layer, input));
}

it.each(NETWORK_NAMES)('%s has at least three kernels for each layer on every hardware adapter', (name) => {
  const graph = networkGraph(name);
  expect(failing(graph, scoresBlob(graph), hasThreeVariants)).toEqual([]);
});

it.each(ODD_LAYERS)('$about has at least three kernels on every hardware adapter', (layer) => {
  expect(failing(graphAround(layer).graph, 'codes', hasThreeVariants)).toEqual([]);
});
