import { expect, it } from 'vitest';
import { convolutionShapes, shapeKey, variantsOf } from '../../../src/backends/webgpu/variants.ts';
import { logitsBlob } from '../../../src/graph/blobs.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import type { PlanInput } from '../../../src/plan/plan.ts';
import { planGraph } from '../../../src/plan/plan-graph.ts';
import { connectLayers } from '../../../src/tools/caffe/build-graph.ts';
import { knownNetwork, NETWORK_NAMES } from '../../../src/tools/networks/networks.ts';
import { Random } from '../../../src/tools/networks/random.ts';
import { SeededTensors } from '../../../src/tools/networks/seeded-tensors.ts';
import { graphAround, ODD_LAYERS } from '../../support/odd-layers.ts';

const INPUTS: readonly PlanInput[] = [{ kind: 'integers', unit: 1 }, { kind: 'floats' }];

/** The layer shapes of a network that a GPU has fewer than three kernels for. */
function short(graph: Graph, output: string): string[] {
  const shapes = INPUTS.flatMap((input) => convolutionShapes(planGraph(graph, input, [output])));
  expect(shapes).not.toEqual([]);
  return [true, false].flatMap((isAble) => {
    const capabilities = { subgroups: isAble, packedDot: isAble, timestamps: false, isSoftware: false };
    const names = (shape: (typeof shapes)[number]) => new Set(variantsOf(shape, capabilities).map(({ name }) => name));
    return shapes.filter((shape) => names(shape).size < 3).map(shapeKey);
  });
}

it.each(NETWORK_NAMES)('%s has three kernels or more for each layer, on any GPU', (name) => {
  const random = new Random(1);
  const network = knownNetwork(name).describe();
  const graph = connectLayers(network, (layer, input) => new SeededTensors(random, layer, input));
  expect(short(graph, logitsBlob(graph))).toEqual([]);
});

it.each(ODD_LAYERS)('$about has three kernels or more, on any GPU', (layer) => {
  expect(short(graphAround(layer).graph, 'codes')).toEqual([]);
});
