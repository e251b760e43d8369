import { describe, expect, it } from 'vitest';
import { finalBlobs } from '../../../src/graph/blobs.ts';
import { buildGraph } from '../../../src/tools/caffe/build-graph.ts';
import { readCaffemodel } from '../../../src/tools/caffe/caffemodel.ts';
import { readNetwork } from '../../../src/tools/caffe/network.ts';
import { type TestBlob, type TestLayer, writeCaffemodel } from '../../support/caffe-files.ts';

const INPUT = 'name: "net" input: "data" input_shape { dim: [1, 2, 4, 4] }';
const CONVOLUTION = 'convolution_param { num_output: 3 kernel_size: 3 }';

describe('buildGraph', () => {
  it('matches layers and weights by name', () => {
    const graph = build(layer('conv', 'Convolution', 'data', 'conv', CONVOLUTION), {
      other: [blob(1)],
      conv: [blob(3, 2, 3, 3), blob(3)],
    });
    expect(graph).toEqual({
      name: 'net',
      input: { name: 'data', shape: [2, 4, 4] },
      layers: [
        {
          type: 'convolution',
          name: 'conv',
          inputs: ['data'],
          blob: 'conv',
          outputs: 3,
          kernel: [3, 3],
          stride: [1, 1],
          pad: [0, 0],
          dilation: [1, 1],
          group: 1,
          weights: { form: 'float32', values: Float32Array.from(blob(3, 2, 3, 3).values) },
          bias: Float32Array.from(blob(3).values),
        },
      ],
    });
  });

  it('accepts the four dimensions of blobs in old files', () => {
    const text = layer('fc', 'InnerProduct', 'data', 'fc', 'inner_product_param { num_output: 1 }');
    const [fc] = build(text, {
      fc: [
        { ...blob(32), shape: [1, 1, 1, 32] },
        { ...blob(1), shape: [1, 1, 1, 1] },
      ],
    }).layers;
    expect(fc).toMatchObject({ type: 'innerProduct', outputs: 1, bias: Float32Array.of(1) });
  });

  it.each([
    ['', { form: 'latent', useAlpha: false }],
    ['use_alpha: true', { form: 'latent', useAlpha: true }],
    ['use_alpha: true use_binarization: false', { form: 'float32' }],
  ])('gives binary layers latent weights: %s', (options, weights) => {
    const text = `convolution_param { num_output: 3 kernel_size: 3 bias_term: false } binary_convolution_param { ${options} }`;
    const [conv] = build(layer('conv', 'BinaryConvolution', 'data', 'conv', text), { conv: [blob(3, 2, 3, 3)] }).layers;
    expect(conv).toMatchObject({ weights });
  });

  it('rejects a pooling whose windows could lie entirely in the padding', () => {
    const pooling = layer('pool', 'Pooling', 'data', 'pool', 'pooling_param { kernel_size: 2 pad: 2 }');
    expect(() => build(pooling, { other: [blob(1)] })).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });

  it('keeps the sums of a BatchNorm and their factor', () => {
    const text = layer('bn', 'BatchNorm', 'data', 'data', 'batch_norm_param { use_global_stats: true }');
    const [bn] = build(text, { bn: [blob(2), { shape: [2], values: [3, 4] }, { shape: [1], values: [0.5] }] }).layers;
    expect(bn).toMatchObject({
      meanSums: Float32Array.of(1, 2),
      varianceSums: Float32Array.of(3, 4),
      factor: 0.5,
      epsilon: Math.fround(1e-5),
    });
  });

  it('reads beta only if bias_term is set', () => {
    const gamma = Float32Array.of(1, 2);
    expect(build(layer('s', 'Scale', 'data', 'data', ''), { s: [blob(2)] }).layers[0]).not.toHaveProperty('beta');
    const withBeta = build(layer('s', 'Scale', 'data', 'data', 'scale_param { bias_term: true }'), {
      s: [blob(2), blob(2)],
    });
    expect(withBeta.layers[0]).toMatchObject({ gamma, beta: gamma });
  });

  it('resolves a blob to its last value at that point of the file after in-place layers', () => {
    const text = [
      layer('relu1', 'ReLU', 'data', 'data'),
      layer('pool', 'Pooling', 'data', 'pool', 'pooling_param { kernel_size: 2 }'),
      layer('relu2', 'ReLU', 'pool', 'pool'),
      layer('drop', 'Dropout', 'pool', 'pool'),
      layer('sum', 'Eltwise', 'pool" bottom: "pool', 'sum'),
    ].join('\n');
    const graph = build(text, { unused: [blob(1)] });
    expect(graph.layers.map(({ name, inputs, blob }) => [name, inputs, blob])).toEqual([
      ['relu1', ['data'], 'data'],
      ['pool', ['relu1'], 'pool'],
      ['relu2', ['pool'], 'pool'],
      ['drop', ['relu2'], 'pool'],
      ['sum', ['drop', 'drop'], 'sum'],
    ]);
    expect([...finalBlobs(graph)]).toEqual([
      ['data', 'relu1'],
      ['pool', 'drop'],
      ['sum', 'sum'],
    ]);
  });

  it('names each top of a Split after the same value', () => {
    const text = `${layer('split', 'Split', 'data', 'a" top: "b')} ${layer('relu', 'ReLU', 'b', 'c')}`;
    const graph = build(text, { unused: [blob(1)] });
    expect(graph.layers.map(({ type, name, inputs, blob }) => [type, name, inputs, blob])).toEqual([
      ['dropout', 'split_0', ['data'], 'a'],
      ['dropout', 'split_1', ['data'], 'b'],
      ['relu', 'relu', ['split_1'], 'c'],
    ]);
  });

  it.each([
    ['Flatten', '', [32]],
    ['Reshape', 'reshape_param { shape { dim: 0 dim: -1 } }', [32]],
    ['Reshape', 'reshape_param { shape { dim: 0 dim: 0 dim: 2 dim: -1 } }', [2, 2, 8]],
  ])('resolves the shape of %s %s', (type, options, shape) => {
    expect(build(layer('r', type, 'data', 'r', options), { unused: [blob(1)] }).layers).toMatchObject([
      { type: 'reshape', shape },
    ]);
  });

  it.each([
    ['missing-blob', 'no weights', {}],
    ['missing-blob', 'no bias', { conv: [blob(3, 2, 3, 3)] }],
    ['shape-mismatch', 'an additional blob', { conv: [blob(3, 2, 3, 3), blob(3), blob(3)] }],
    ['shape-mismatch', 'another number of outputs', { conv: [blob(4, 2, 3, 3), blob(4)] }],
    ['shape-mismatch', 'another kernel', { conv: [blob(3, 2, 1, 9), blob(3)] }],
    ['shape-mismatch', 'another number of inputs', { conv: [blob(3, 3, 3, 3), blob(3)] }],
    ['shape-mismatch', 'another number of biases', { conv: [blob(3, 2, 3, 3), blob(2)] }],
  ])('reports %s for %s, naming the layer', (code, _, weights) => {
    expect(() =>
      build(layer('conv', 'Convolution', 'data', 'conv', CONVOLUTION), { fc8: [blob(1)], ...weights }),
    ).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining("'conv'"),
        details: expect.objectContaining({ layer: 'conv' }),
      }),
    );
  });

  it('rejects a blob that no layer computes', () => {
    expect(() => build(layer('relu', 'ReLU', 'label', 'relu'), { unused: [blob(1)] })).toThrow(
      expect.objectContaining({ code: 'invalid-graph', message: expect.stringMatching(/'relu'.*'label'/) }),
    );
  });
});

function build(layers: string, weights: Readonly<Record<string, readonly TestBlob[]>>) {
  const file: TestLayer[] = Object.entries(weights).map(([name, blobs]) => ({ name, blobs }));
  return buildGraph(readNetwork(`${INPUT} ${layers}`), readCaffemodel(writeCaffemodel(file)));
}

function layer(name: string, type: string, bottom: string, top: string, options = ''): string {
  return `layer { name: "${name}" type: "${type}" bottom: "${bottom}" top: "${top}" ${options} }`;
}

/** Returns a blob with the values 1, 2, 3, … */
function blob(...shape: readonly number[]): TestBlob {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, values: Array.from({ length: count }, (_, index) => index + 1) };
}
