import { expect, it } from 'vitest';
import { blobValue, finalBlobs } from '../../src/graph/blobs.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { classCount, featuresBlob, scoresBlob } from '../../src/graph/scores.ts';
import { smallGraph } from '../support/small-graph.ts';

const graph = smallGraph(1);
const withoutLayers: Graph = { ...graph, layers: [] };

it('maps each blob to the value after its last in-place layer', () => {
  expect(finalBlobs(graph).get('pool1')).toBe('scale1');
  expect(blobValue(graph, 'ip3')).toBe('relu3');
  expect(blobValue(graph, 'data')).toBe('data');
});

it('rejects an unknown blob and lists the known ones', () => {
  expect(() => blobValue(graph, 'nowhere')).toThrow(
    expect.objectContaining({
      code: 'invalid-option',
      message: expect.stringMatching(/'nowhere'.*data, conv1, pool1/),
    }),
  );
});

it('finds the logits before a final Softmax and the features before the last layer with weights', () => {
  expect([scoresBlob(graph), featuresBlob(graph)]).toEqual(['fc4', 'ip3']);
  expect([scoresBlob(withoutLayers), featuresBlob(withoutLayers)]).toEqual(['data', 'data']);
});

it('counts the classes by the logits', () => {
  expect(classCount(graph)).toBe(6);
});
