import type { Model } from '../../src/model/model.ts';
import { smallGraph } from './small-graph.ts';

/** Creates a model of the small network. Its input is BGR pixels minus integer means. */
export function smallModel(seed = 1): Model {
  return {
    graph: smallGraph(seed),
    preprocessing: {
      channels: 'bgr',
      width: 13,
      height: 17,
      fit: { method: 'stretch' },
      mean: { kind: 'channels', values: [104, 117, 123] },
      scale: 1,
    },
    labels: ['a', 'b', 'c', 'd', 'e', 'f'],
    provenance: { generator: 'test', sources: [], licence: 'test' },
  };
}
