import { expect, it } from 'vitest';
import type { Graph, Layer } from '../../src/graph/graph.ts';
import { validateGraph } from '../../src/graph/validate.ts';
import { smallGraph } from '../support/small-graph.ts';

const graph = smallGraph(1);

/** The small graph with some fields of one layer replaced. */
function changed(name: string, fields: object): Graph {
  return {
    ...graph,
    layers: graph.layers.map((layer) => (layer.name === name ? ({ ...layer, ...fields } as Layer) : layer)),
  };
}

it('returns the shape of every value', () => {
  const shapes = validateGraph(graph);
  expect(shapes.get('conv1')).toEqual([21, 9, 13]);
  expect(shapes.get('q1')).toEqual([21, 5, 7]);
  expect(shapes.get('prob')).toEqual([6]);
});

const binary = { form: 'binary', signs: new Uint8Array(788), count: 37 * 189, alpha: new Float64Array(37) };

it.each([
  ['weights', 'conv1', { weights: { form: 'float32', values: new Float32Array(10) } }, 10, 945],
  ['biases', 'conv1', { bias: new Float32Array(20) }, 20, 21],
  ['alphas', 'conv2', { weights: { ...binary, signs: new Uint8Array(875), alpha: new Float64Array(1) } }, 1, 37],
  ['bytes of signs', 'conv2', { weights: binary }, 788, 875],
  ['means', 'bn1', { meanSums: new Float32Array(22) }, 22, 21],
  ['variances', 'bn1', { varianceSums: new Float32Array(0) }, 0, 21],
  ['gammas', 'scale1', { gamma: new Float32Array(1) }, 1, 21],
  ['betas', 'scale1', { beta: new Float32Array(1) }, 1, 21],
])('rejects a wrong number of %s', (tensor, layer, fields, seen, needed) => {
  expect(() => validateGraph(changed(layer, fields))).toThrow(
    expect.objectContaining({
      code: 'shape-mismatch',
      message: expect.stringContaining(`'${layer}' needs ${needed} ${tensor} and has ${seen}`),
      details: { layer, seen, needed },
    }),
  );
});

it.each([
  ['a value that no earlier layer computes', 'q1', { inputs: ['fc4'] }, 'invalid-graph', /'q1' reads 'fc4'/],
  ['two layers of one name', 'bn2', { name: 'bn1' }, 'invalid-graph', /name 'bn1'/],
  ['a second input', 'q1', { inputs: ['scale1', 'conv1'] }, 'shape-mismatch', /one input and has 2/],
  ['a kernel larger than its input', 'conv2', { kernel: [99, 99] }, 'shape-mismatch', /'conv2'.*21×5×7 is too small/],
  ['a group that does not divide the channels', 'conv1', { group: 2 }, 'shape-mismatch', /group 2.*3 inputs/],
])('rejects %s, naming the layer', (_, layer, fields, code, message) => {
  expect(() => validateGraph(changed(layer, fields))).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});
