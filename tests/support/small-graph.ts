import type { Graph } from '../../src/graph/graph.ts';
import { packSigns } from '../../src/numerics/signs.ts';

/** Creates a seeded generator of numbers from 0 to 1. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * A small network of difficult cases for folding: gammas of both signs and zero, also after a padded max-pool; biases on
 * binary layers; odd channel counts; strides; unequal kernels; a float layer in the middle; a ReLU before the last layer.
 */
export function smallGraph(seed: number): Graph {
  const random = randomNumbers(seed);
  const around = (scale: number) => (random() * 2 - 1) * scale;
  const floats = (count: number, scale: number) => Float32Array.from({ length: count }, () => around(scale));
  const binary = (outputs: number, size: number) => ({
    form: 'binary' as const,
    signs: packSigns(floats(outputs * size, 1)),
    count: outputs * size,
    alpha: Float64Array.from({ length: outputs }, () => 0.01 + random() / 10),
  });
  const norm = (name: string, input: string, blob: string, channels: number) => ({
    name,
    inputs: [input],
    blob,
    type: 'batchNorm' as const,
    meanSums: floats(channels, 2),
    varianceSums: Float32Array.from({ length: channels }, () => 0.5 + random()),
    factor: 0.75,
    epsilon: Math.fround(1e-5),
  });
  const quant = (name: string, input: string) => ({
    name,
    inputs: [input],
    blob: name,
    type: 'quant' as const,
    quantizer: { kind: 'hwgq' as const, centers: [0.538, 1.076, 1.614].map(Math.fround), negativeSlope: 0 },
  });
  const gamma = floats(21, 1);
  gamma[3] = 0;
  return {
    name: 'small',
    input: { name: 'data', shape: [3, 17, 13] },
    layers: [
      {
        name: 'conv1',
        inputs: ['data'],
        blob: 'conv1',
        type: 'convolution',
        outputs: 21,
        kernel: [5, 3],
        stride: [2, 1],
        pad: [2, 1],
        dilation: [1, 1],
        group: 1,
        weights: { form: 'float32', values: floats(21 * 3 * 15, 0.02) },
        bias: floats(21, 1),
      },
      {
        name: 'pool1',
        inputs: ['conv1'],
        blob: 'pool1',
        type: 'pooling',
        method: 'max',
        kernel: [3, 3],
        stride: [2, 2],
        pad: [1, 1],
      },
      norm('bn1', 'pool1', 'pool1', 21),
      { name: 'scale1', inputs: ['bn1'], blob: 'pool1', type: 'scale', gamma, beta: floats(21, 0.5) },
      quant('q1', 'scale1'),
      {
        name: 'conv2',
        inputs: ['q1'],
        blob: 'conv2',
        type: 'convolution',
        outputs: 37,
        kernel: [3, 3],
        stride: [1, 1],
        pad: [2, 2],
        dilation: [2, 2],
        group: 1,
        weights: binary(37, 21 * 9),
        bias: floats(37, 0.3),
      },
      norm('bn2', 'conv2', 'conv2', 37),
      { name: 'scale2', inputs: ['bn2'], blob: 'conv2', type: 'scale', gamma: floats(37, 1.5) },
      quant('q2', 'scale2'),
      { name: 'ip3', inputs: ['q2'], blob: 'ip3', type: 'innerProduct', outputs: 34, weights: binary(34, 37 * 5 * 7) },
      norm('bn3', 'ip3', 'ip3', 34),
      { name: 'relu3', inputs: ['bn3'], blob: 'ip3', type: 'relu', negativeSlope: 0 },
      {
        name: 'fc4',
        inputs: ['relu3'],
        blob: 'fc4',
        type: 'innerProduct',
        outputs: 6,
        weights: { form: 'float32', values: floats(6 * 34, 0.5) },
        bias: floats(6, 1),
      },
      { name: 'prob', inputs: ['fc4'], blob: 'prob', type: 'softmax' },
    ],
  };
}
