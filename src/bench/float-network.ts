import type { Layer } from '../graph/graph.ts';
import type { Model } from '../model/model.ts';
import { preprocessingFor } from '../tools/convert/preprocessing.ts';
import { Random } from '../tools/networks/random.ts';

/** Name of a network for benchmarks only: ordinary 3×3 convolutions in float32, as in the first stage of ResNet-18. */
export const FLOAT_NETWORK = 'float-3x3';

const SIZE = 56;
const CHANNELS = 64;
const LAYERS = 4;
const CLASSES = 10;
const KERNEL = 9;

/** Multiply-adds of a run. The convolution of the picture and the scores are less than 2% of them. */
export const FLOAT_MULTIPLY_ADDS = SIZE * SIZE * CHANNELS * KERNEL * (3 + LAYERS * CHANNELS) + CHANNELS * CLASSES;

/** Creates the network with random weights. */
export function floatNetwork(seed: number): Model {
  const random = new Random(seed);
  const weights = (count: number, size: number) => {
    // Keeps the variance of the values that follow a ReLU.
    const deviation = Math.sqrt(2 / size);
    return { form: 'float32' as const, values: Float32Array.from({ length: count }, () => random.normal(deviation)) };
  };
  const convolution = (index: number, channels: number): readonly Layer[] => {
    const name = `conv${index + 1}`;
    const size = channels * KERNEL;
    const windows = { kernel: [3, 3], stride: [1, 1], pad: [1, 1], dilation: [1, 1] } as const;
    const inputs = [index === 0 ? 'data' : `relu${index}`];
    const shared = { type: 'convolution', group: 1, outputs: CHANNELS, ...windows } as const;
    return [
      {
        ...shared,
        name,
        blob: name,
        inputs,
        weights: weights(CHANNELS * size, size),
        bias: new Float32Array(CHANNELS),
      },
      { type: 'relu', name: `relu${index + 1}`, blob: name, inputs: [name], negativeSlope: 0 },
    ];
  };
  const convolutions = Array.from({ length: LAYERS + 1 }, (_, index) => convolution(index, index === 0 ? 3 : CHANNELS));
  const last = `relu${LAYERS + 1}`;
  const shape = [3, SIZE, SIZE];
  return {
    graph: {
      name: 'Float-3x3',
      input: { name: 'data', shape },
      layers: [
        ...convolutions.flat(),
        { type: 'pooling', name: 'pool', blob: 'pool', inputs: [last], method: 'average', stride: [1, 1], pad: [0, 0] },
        {
          type: 'innerProduct',
          name: 'scores',
          blob: 'scores',
          inputs: ['pool'],
          outputs: CLASSES,
          weights: weights(CLASSES * CHANNELS, CHANNELS),
        },
      ],
    },
    preprocessing: preprocessingFor(shape, { mean: { kind: 'channels', values: [104, 117, 123] }, scale: 1 }),
    provenance: { generator: `benchmark, ${FLOAT_NETWORK} of seed ${seed}`, sources: [], licence: 'Random weights.' },
  };
}
