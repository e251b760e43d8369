import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/shapes.ts';

const size = (least: number) => fc.integer({ min: least, max: 6 });

it('accepts only poolings whose padding is smaller than their kernel', () => {
  fc.assert(
    fc.property(fc.tuple(size(1), size(1)), fc.tuple(size(0), size(0)), fc.boolean(), (kernel, pad, isMax) => {
      const graph: Graph = {
        name: 'pooled',
        input: { name: 'data', shape: [2, 20, 20] },
        layers: [
          {
            name: 'pool',
            inputs: ['data'],
            blob: 'pool',
            type: 'pooling',
            method: isMax ? 'max' : 'average',
            kernel,
            stride: [1, 1],
            pad,
          },
        ],
      };
      if (pad[0] < kernel[0] && pad[1] < kernel[1]) {
        expect(inferShapes(graph).get('pool')).toEqual([2, 21 + 2 * pad[0] - kernel[0], 21 + 2 * pad[1] - kernel[1]]);
      } else {
        expect(() => inferShapes(graph)).toThrow(
          expect.objectContaining({
            code: 'shape-mismatch',
            message: `Layer 'pool' (pooling): its padding ${pad.join('×')} must be smaller than its kernel ${kernel.join('×')}.`,
          }),
        );
      }
    }),
  );
});
