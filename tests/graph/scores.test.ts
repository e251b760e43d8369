import { describe, expect, it } from 'vitest';
import type { Graph, Layer } from '../../src/graph/graph.ts';
import { classCount, endsOf, expectOneScorePerClass, featuresBlob, scoresOf } from '../../src/graph/scores.ts';

const softmax = (name: string, input: string, blob = name): Layer => ({ type: 'softmax', name, inputs: [input], blob });
const dropout = (name: string, input: string, blob = name): Layer => ({ type: 'dropout', name, inputs: [input], blob });
const reshape = (name: string, input: string): Layer => ({
  type: 'reshape',
  name,
  inputs: [input],
  blob: name,
  shape: [3],
});
const classifier = (name: string, input: string): Layer => ({
  type: 'innerProduct',
  name,
  inputs: [input],
  blob: name,
  outputs: 3,
  weights: { form: 'float32', values: new Float32Array(9) },
});
const average = (name: string, input: string): Layer => ({
  type: 'pooling',
  name,
  inputs: [input],
  blob: name,
  method: 'average',
  stride: [1, 1],
  pad: [0, 0],
});

function graphOf(layers: readonly Layer[], scores?: string): Graph {
  return { name: '', input: { name: 'data', shape: [3, 1, 1] }, layers, ...(scores !== undefined && { scores }) };
}

describe('the scores of a classifier', () => {
  it.each([
    ['the end', [classifier('ip', 'data')], 'ip', false],
    ['the blob that a closing Softmax reads', [classifier('ip', 'data'), softmax('prob', 'ip')], 'ip', false],
    [
      'that blob after in-place layers',
      [classifier('ip', 'data'), dropout('drop', 'ip', 'ip'), softmax('prob', 'drop')],
      'ip',
      false,
    ],
    [
      'the same where Reshape, Dropout or Split follow the Softmax',
      [classifier('ip', 'data'), softmax('prob', 'ip'), reshape('r', 'prob'), dropout('a', 'r'), dropout('b', 'r')],
      'ip',
      false,
    ],
    ['probabilities where Softmax works in place', [classifier('ip', 'data'), softmax('prob', 'ip', 'ip')], 'ip', true],
    [
      'averaged probabilities',
      [classifier('ip', 'data'), softmax('prob', 'ip'), average('pool', 'prob')],
      'pool',
      true,
    ],
    [
      'the logits of a layer after a Softmax',
      [softmax('attention', 'data'), classifier('ip', 'attention')],
      'ip',
      false,
    ],
    [
      'those of the end, not of the last layer of the file',
      [dropout('copy', 'data'), classifier('ip', 'data'), softmax('prob', 'ip'), dropout('unused', 'copy')],
      'ip',
      false,
    ],
  ])('are %s', (_, layers, blob, areProbabilities) => {
    expect(scoresOf(graphOf(layers))).toMatchObject({ blob, areProbabilities });
    expect(classCount(graphOf(layers))).toBe(3);
  });

  it('are those that the network names, if it has several ends', () => {
    const layers = [
      classifier('a', 'data'),
      softmax('p', 'a'),
      classifier('hidden', 'data'),
      classifier('b', 'hidden'),
    ];
    expect(endsOf(layers).map(({ blob }) => blob)).toEqual(['p', 'b']);
    expect(() => scoresOf(graphOf(layers))).toThrow(
      expect.objectContaining({
        code: 'invalid-graph',
        message: expect.stringMatching(/2 ends: the blobs p, b.*--scores/),
      }),
    );
    expect(scoresOf(graphOf(layers, 'p')).blob).toBe('a');
    expect(scoresOf(graphOf(layers, 'b')).blob).toBe('b');
    expect(featuresBlob(graphOf(layers, 'p'))).toBe('data');
    expect(featuresBlob(graphOf(layers, 'b'))).toBe('hidden');
  });

  it('must be one for each class, not one for each place', () => {
    const map: Graph = { ...graphOf([dropout('end', 'data')]), input: { name: 'data', shape: [3, 2, 2] } };
    expect(() => expectOneScorePerClass(map)).toThrow(
      expect.objectContaining({
        code: 'unsupported',
        message: expect.stringMatching(/'end'.*2×2 places with 3 values/),
      }),
    );
    expectOneScorePerClass(graphOf([dropout('end', 'data')]));
  });
});
