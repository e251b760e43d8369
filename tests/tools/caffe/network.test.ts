import { describe, expect, it } from 'vitest';
import { readNetwork, readNetworkFile } from '../../../src/tools/caffe/network.ts';

const INPUT = 'input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 9 }';

describe('the input of a network', () => {
  it.each([
    ['input and input_shape', `${INPUT} ${relu('data')}`],
    ['input and input_dim', `input: "data" input_dim: 50 input_dim: 3 input_dim: 8 input_dim: 9 ${relu('data')}`],
    [
      'an Input layer',
      `layer { name: "in" type: "Input" top: "data" input_param { shape: { dim: [1, 3, 8, 9] } } } ${relu('data')}`,
    ],
  ])('is read from %s', (_, text) => {
    expect(readNetwork(text).input).toEqual({ name: 'data', shape: [3, 8, 9] });
  });

  it('is the test crop of a train_val file', () => {
    const { input, layers } = readNetwork(`
      ${data('TRAIN', 'crop_size: 200 mean_value: 104 mean_value: 117 mean_value: 123')}
      ${data('TEST', 'crop_size: 224 mean_value: 104 mean_value: 117 mean_value: 123')}
      ${relu('data')}`);
    expect(input).toEqual({ name: 'data', shape: [3, 224, 224] });
    expect(layers.map(({ name }) => name)).toEqual(['relu']);
  });

  it('has one channel if a data layer sets force_gray', () => {
    expect(readNetwork(`${data('TEST', 'crop_size: 28 force_gray: true')} ${relu('data')}`).input.shape).toEqual([
      1, 28, 28,
    ]);
  });

  it('must be declared if a train_val file does not define its size', () => {
    const text = `${data('TEST', 'scale: 0.00390625')} ${relu('data')}`;
    expect(() => readNetwork(text)).toThrow(
      expect.objectContaining({ code: 'invalid-graph', message: expect.stringMatching(/deploy file.*input_shape/) }),
    );
    expect(readNetwork(`${INPUT} ${text}`).input.shape).toEqual([3, 8, 9]);
  });

  it('has the preprocessing of the data layer for testing', () => {
    const { transform } = readNetwork(`
      ${data('TRAIN', 'crop_size: 200 scale: 2')}
      ${data('TEST', 'crop_size: 224 scale: 0.5 mean_value: 104 mean_value: 117 mean_value: 123 mean_file: "m"')}
      ${relu('data')}`);
    expect(transform).toEqual({ means: [104, 117, 123], scale: 0.5, meanFile: 'm' });
    expect(readNetwork(`${INPUT} ${relu('data')}`).transform).toBeUndefined();
  });

  it('must be the only one', () => {
    const two = `input: "a" input_shape { dim: [1, 3, 8, 8] } input: "b" input_shape { dim: [1, 3, 8, 8] } ${relu('a')} ${relu('b')}`;
    expect(() => readNetwork(two)).toThrow(expect.objectContaining({ code: 'unsupported' }));
    expect(() => readNetwork(relu('a'))).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });

  it('is the one that layers read, where a label or a second declaration is beside it', () => {
    const sizes =
      'input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 9 input_dim: 1 input_dim: 1 input_dim: 1 input_dim: 1';
    const layer =
      'layer { name: "in" type: "Input" top: "data" top: "label" input_param { shape { dim: [1, 3, 8, 9] } shape { dim: 1 } } }';
    for (const text of [
      `input: "data" input: "label" ${sizes}`,
      layer,
      `input: "data" ${layer}`,
      `${INPUT} ${INPUT}`,
    ]) {
      expect(readNetwork(`${text} ${relu('data')}`).input).toEqual({ name: 'data', shape: [3, 8, 9] });
    }
  });

  it.each([
    ['ImageData', 'image_data_param { new_height: 8 new_width: 9 }', [3, 8, 9]],
    ['ImageData', 'image_data_param { new_height: 8 new_width: 9 is_color: false }', [1, 8, 9]],
    ['ImageData', 'image_data_param { new_height: 8 new_width: 9 } transform_param { crop_size: 7 }', [3, 7, 7]],
    ['MemoryData', 'memory_data_param { batch_size: 1 channels: 1 height: 8 width: 9 }', [1, 8, 9]],
    ['DummyData', 'dummy_data_param { shape { dim: [5, 3, 8, 9] } shape { dim: 5 } }', [3, 8, 9]],
    [
      'DummyData',
      'dummy_data_param { num: 5 num: 5 channels: 3 channels: 1 height: 8 height: 1 width: 9 width: 1 }',
      [3, 8, 9],
    ],
    ['Data', 'data_param { crop_size: 7 scale: 0.5 }', [3, 7, 7]],
  ])('is as large as %s defines it: %s', (type, options, shape) => {
    const data = `layer { name: "d" type: "${type}" top: "data" top: "label" ${options} }`;
    expect(readNetwork(`${data} ${relu('data')}`).input).toEqual({ name: 'data', shape });
  });

  it('has the scale and mean of old files, which are among the parameters of the data', () => {
    const old = 'layers { name: "d" type: DATA top: "data" data_param { crop_size: 4 scale: 0.25 mean_file: "m" } }';
    expect(readNetwork(`${old} ${relu('data')}`).transform).toEqual({ means: [], scale: 0.25, meanFile: 'm' });
  });

  it('must have a shape', () => {
    for (const shape of [
      '',
      'input_shape { dim: 3 }',
      'input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8 input_dim: 8',
    ]) {
      expect(() => readNetwork(`input: "data" ${shape} ${relu('data')}`)).toThrow(
        expect.objectContaining({ code: 'invalid-graph', message: expect.stringContaining('input_shape') }),
      );
    }
  });
});

describe('the layers of a network', () => {
  it('are those of phase TEST, without data, loss and accuracy', () => {
    const { layers } = readNetwork(`
      ${INPUT}
      ${layer('train', 'ReLU', 'include { phase: TRAIN }')}
      ${layer('stage', 'ReLU', 'include { stage: "deploy" }')}
      ${layer('excluded', 'ReLU', 'exclude { phase: TEST }')}
      ${layer('level', 'ReLU', 'include { min_level: 1 }')}
      ${layer('either', 'ReLU', 'include { phase: TRAIN } include { phase: TEST not_stage: "x" }')}
      ${layer('other', 'ReLU', 'exclude { phase: TRAIN }')}
      layer { name: "accuracy" type: "Accuracy" bottom: "data" bottom: "label" top: "accuracy" }
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "data" bottom: "label" }`);
    expect(layers.map(({ name }) => name)).toEqual(['either', 'other']);
  });

  it('are read from the old format', () => {
    const old = `name: "net" ${INPUT}
      layers { name: "conv1" type: CONVOLUTION bottom: "data" top: "conv1" blobs_lr: 1 blobs_lr: 2 weight_decay: 1
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
      layers { name: "relu1" type: RELU bottom: "conv1" top: "conv1" }
      layers { name: "ip1" type: INNER_PRODUCT bottom: "conv1" top: "ip1" inner_product_param { num_output: 2 } }
      layers { name: "loss" type: SOFTMAX_LOSS bottom: "ip1" bottom: "label" }`;
    const today = `name: "net" ${INPUT}
      layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 } }
      layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
      layer { name: "ip1" type: "InnerProduct" bottom: "conv1" top: "ip1" inner_product_param { num_output: 2 } }`;
    expect(readNetwork(old)).toEqual(readNetwork(today));
  });

  it('must be of a known type', () => {
    expect(() => readNetwork(`${INPUT} ${layer('act', 'Swish')}`)).toThrow(
      expect.objectContaining({
        code: 'unknown-layer',
        details: { layer: 'act', type: 'Swish' },
        message: expect.stringMatching(/'act'.*'Swish'.*BinaryConvolution.*Softmax/),
      }),
    );
  });

  it('may share a name, unless the caffemodel could not tell their weights apart', () => {
    const inner = (top: string) =>
      `layer { name: "a" type: "InnerProduct" bottom: "data" top: "${top}" inner_product_param { num_output: 2 } }`;
    const { layers } = readNetwork(`${INPUT} ${layer('a', 'ReLU')} ${layer('a', 'Softmax')} ${layer('data', 'ReLU')}`);
    expect(layers.map(({ name }) => name)).toEqual(['a', 'a', 'data']);
    expect(() => readNetwork(`${INPUT} ${inner('b')} ${inner('c')}`)).toThrow(
      expect.objectContaining({ code: 'invalid-graph', details: { layer: 'a' } }),
    );
  });

  it.each([
    [
      'numbers of types',
      'layers { name: "ip" type: 14 bottom: "data" top: "ip" inner_product_param { num_output: 3 } }',
    ],
    [
      'the oldest format',
      'layers { layer { name: "ip" type: "innerproduct" num_output: 3 } bottom: "data" top: "ip" }',
    ],
  ])('are read from %s', (_, old) => {
    const today =
      'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 3 } }';
    expect(readNetwork(`${INPUT} ${old}`)).toEqual(readNetwork(`${INPUT} ${today}`));
  });

  it('of the oldest format have their own option names and padding layers', () => {
    const oldest = `${INPUT}
      layers { layer { name: "pad" type: "padding" pad: 2 } bottom: "data" top: "pad" }
      layers { layer { name: "c" type: "conv" num_output: 4 kernelsize: 5 stride: 2 biasterm: false
        weight_filler { type: "gaussian" } blobs_lr: 1. } bottom: "pad" top: "c" }
      layers { layer { name: "p" type: "pool" kernelsize: 3 stride: 2 pool: AVE } bottom: "c" top: "p" }
      layers { layer { name: "d" type: "dropout" dropout_ratio: 0.5 } bottom: "p" top: "p" }
      layers { layer { name: "loss" type: "softmax_loss" } bottom: "p" bottom: "label" }`;
    const today = `${INPUT}
      layer { name: "c" type: "Convolution" bottom: "data" top: "c"
        convolution_param { num_output: 4 kernel_size: 5 stride: 2 pad: 2 bias_term: false } }
      layer { name: "p" type: "Pooling" bottom: "c" top: "p" pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
      layer { name: "d" type: "Dropout" bottom: "p" top: "p" }`;
    expect(readNetwork(oldest)).toEqual(readNetwork(today));
    const data =
      'layers { layer { name: "data" type: "data" source: "x" batchsize: 8 cropsize: 9 scale: 0.5 meanfile: "m" mirror: true } top: "data" }';
    expect(readNetwork(`${data} layers { layer { name: "r" type: "relu" } bottom: "data" top: "r" }`)).toMatchObject({
      input: { shape: [3, 9, 9] },
      transform: { scale: 0.5, meanFile: 'm' },
    });
  });

  it('keep the order of the file where old and new messages are mixed', () => {
    const { layers } = readNetwork(
      `${INPUT} ${layer('a', 'ReLU')} layers { name: "b" type: RELU bottom: "data" top: "data" } ${layer('c', 'ReLU')}`,
    );
    expect(layers.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('must exist, which rejects a solver', () => {
    expect(() => readNetwork('net: "train_val.prototxt" base_lr: 0.01')).toThrow(/solver/);
  });
});

describe('the options of a layer', () => {
  it.each([
    ['kernel_size: 3', { kernel: [3, 3], stride: [1, 1], pad: [0, 0], dilation: [1, 1], group: 1, hasBias: true }],
    ['kernel_size: 3 kernel_size: 5 stride: [2, 1] pad: 1 pad: 2', { kernel: [3, 5], stride: [2, 1], pad: [1, 2] }],
    ['kernel_h: 1 kernel_w: 3 pad_w: 1 stride_h: 2 stride_w: 2', { kernel: [1, 3], pad: [0, 1], stride: [2, 2] }],
    ['kernel_size: 3 dilation: 2 group: 4 bias_term: false', { dilation: [2, 2], group: 4, hasBias: false }],
  ])('Convolution: %s', (options, parameters) => {
    expect(parametersOf('Convolution', `convolution_param { num_output: 8 ${options} }`)).toMatchObject(parameters);
  });

  it.each([
    ['', { useAlpha: false }],
    ['use_alpha: true', { useAlpha: true }],
    ['use_alpha: true use_binarization: true', { useAlpha: true }],
    ['use_alpha: true use_binarization: false', undefined],
  ])('BinaryConvolution and BinaryInnerProduct: %s', (options, binarization) => {
    const convolution = `convolution_param { num_output: 8 kernel_size: 1 } binary_convolution_param { ${options} }`;
    expect(parametersOf('BinaryConvolution', convolution)).toEqual({
      ...parametersOf('Convolution', 'convolution_param { num_output: 8 kernel_size: 1 }'),
      binarization,
    });
    const inner = `inner_product_param { num_output: 8 } binary_inner_product_param { ${options} }`;
    expect(parametersOf('BinaryInnerProduct', inner)).toEqual({
      ...parametersOf('InnerProduct', 'inner_product_param { num_output: 8 }'),
      binarization,
    });
  });

  it.each([
    ['kernel_size: 3 stride: 2 pad: 1', { method: 'max', kernel: [3, 3], stride: [2, 2], pad: [1, 1] }],
    ['pool: AVE kernel_h: 2 kernel_w: 3', { method: 'average', kernel: [2, 3], stride: [1, 1], pad: [0, 0] }],
    ['pool: AVE global_pooling: true', { method: 'average', stride: [1, 1], pad: [0, 0] }],
  ])('Pooling: %s', (options, parameters) => {
    expect(parametersOf('Pooling', `pooling_param { ${options} }`)).toEqual({ type: 'pooling', ...parameters });
  });

  it.each([
    [
      'centers: 0.5 centers: 1 negative_slope: 0.1',
      { kind: 'hwgq', centers: [0.5, 1], negativeSlope: Math.fround(0.1) },
    ],
    ['centers: [0.538, 1.076]', { kind: 'hwgq', centers: [Math.fround(0.538), Math.fround(1.076)], negativeSlope: 0 }],
    ['forward_func: "sign" backward_func: "hard_tanh" clip_thr: 1', { kind: 'sign' }],
    ['forward_func: "hard_tanh"', { kind: 'hard_tanh' }],
    ['forward_func: "relu" negative_slope: 0.25', { kind: 'relu', negativeSlope: 0.25 }],
  ])('Quant: %s', (options, quantizer) => {
    expect(parametersOf('Quant', `quant_param { ${options} }`)).toEqual({ type: 'quant', quantizer });
  });

  it.each([
    ['BatchNorm', '', { type: 'batchNorm', epsilon: Math.fround(1e-5) }],
    ['BatchNorm', 'batch_norm_param { eps: 0.001 use_global_stats: true }', { epsilon: Math.fround(0.001) }],
    ['Scale', '', { type: 'scale', hasBias: false }],
    ['Scale', 'scale_param { bias_term: true axis: 1 }', { hasBias: true }],
    ['ReLU', 'relu_param { negative_slope: 0.1 }', { type: 'relu', negativeSlope: Math.fround(0.1) }],
    ['Eltwise', '', { type: 'eltwise', operation: 'sum' }],
    ['Eltwise', 'eltwise_param { coeff: 1 coeff: -0.5 }', { operation: 'sum', coefficients: [1, -0.5] }],
    ['Eltwise', 'eltwise_param { operation: PROD }', { operation: 'product' }],
    ['LRN', '', { type: 'lrn', size: 5, alpha: 1, beta: 0.75, k: 1 }],
    [
      'LRN',
      'lrn_param { local_size: 3 alpha: 1e-4 norm_region: ACROSS_CHANNELS }',
      { size: 3, alpha: Math.fround(1e-4) },
    ],
    ['Dropout', 'dropout_param { dropout_ratio: 0.5 }', { type: 'dropout' }],
    ['Reshape', 'reshape_param { shape { dim: 0 dim: -1 dim: 1 } }', { type: 'reshape', sizes: [-1, 1] }],
  ])('%s: %s', (type, options, parameters) => {
    expect(parametersOf(type, options)).toMatchObject(parameters);
  });

  it.each([
    ['Pooling', 'pooling_param { pool: STOCHASTIC kernel_size: 2 }'],
    ['Pooling', 'pooling_param { global_pooling: true kernel_size: 2 }'],
    ['LRN', 'lrn_param { norm_region: WITHIN_CHANNEL }'],
    ['Convolution', 'convolution_param { num_output: 1 kernel_size: 1 axis: 2 }'],
    ['Convolution', 'convolution_param { num_output: 1 kernel_size: 1 kernel_h: 2 }'],
    ['Convolution', 'convolution_param { num_output: 1 kernel_size: 1 kernal: 2 }'],
    ['InnerProduct', 'inner_product_param { num_output: 1 transpose: true }'],
    ['BatchNorm', 'batch_norm_param { use_global_stats: false }'],
    ['Scale', 'scale_param { axis: 0 }'],
    ['Concat', 'concat_param { axis: 2 }'],
    ['Softmax', 'softmax_param { axis: 2 }'],
    ['Flatten', 'flatten_param { end_axis: 2 }'],
    ['Quant', 'quant_param { forward_func: "ternary" }'],
    ['Quant', 'quant_param { centers: 1 centers: 0.5 }'],
    ['Quant', 'quant_param { forward_func: "hwgq" }'],
    ['ReLU', 'pooling_param { kernel_size: 2 }'],
  ])('are rejected if they are not supported: %s, %s', (type, options) => {
    expect(() => parametersOf(type, options)).toThrow(
      expect.objectContaining({ code: 'unsupported', details: expect.objectContaining({ layer: 'under_test' }) }),
    );
  });

  it.each([
    ['convolution_param { kernel_size: 3 }', "has no 'num_output'"],
    ['convolution_param { num_output: 1 }', "has no 'kernel_size'"],
    ['convolution_param { num_output: 0 kernel_size: 1 }', "'num_output' is 0; it must be an integer from 1"],
    ['convolution_param { num_output: "8" kernel_size: 1 }', "is '8'; it must be an integer"],
    ['convolution_param { num_output: 8 num_output: 8 kernel_size: 1 }', "'num_output' occurs twice"],
    ['convolution_param { num_output: 8 kernel_size: [1, 2, 3] }', 'more than 2 times'],
    ['convolution_param { num_output: 8 kernel_size: 1 bias_term: maybe }', 'must be true or false'],
    ['convolution_param: 3', 'must be a message'],
  ])('are rejected with their position if they are invalid: %s', (options, message) => {
    expect(() => parametersOf('Convolution', options)).toThrow(
      expect.objectContaining({ code: 'prototxt-syntax', message: expect.stringContaining(message) }),
    );
  });
});

function parametersOf(type: string, options: string) {
  return readNetwork(`${INPUT} ${layer('under_test', type, options)}`).layers[0]?.parameters;
}

function layer(name: string, type: string, more = ''): string {
  return `layer { name: "${name}" type: "${type}" bottom: "data" top: "${name}" ${more} }`;
}

function relu(bottom: string): string {
  return `layer { name: "relu" type: "ReLU" bottom: "${bottom}" top: "relu" }`;
}

function data(phase: string, transform: string): string {
  return `layer { name: "examples" type: "Data" top: "data" top: "label" include { phase: ${phase} }
    transform_param { ${transform} } data_param { source: "lmdb" batch_size: 50 backend: LMDB } }`;
}

describe('options of forks', () => {
  it.each([
    ['pool: 1', { method: 'average' }],
    ['ceil_mode: false', { rounding: 'down' }],
    ['round_mode: FLOOR', { rounding: 'down' }],
    ['round_mode: 1', { rounding: 'down' }],
    ['ceil_mode: true round_mode: CEIL', { rounding: undefined }],
  ])('of a Pooling are obeyed: %s', (options, parameters) => {
    const seen = parametersOf('Pooling', `pooling_param { kernel_size: 3 stride: 2 ${options} }`);
    expect({ rounding: undefined, ...seen }).toMatchObject(parameters);
  });

  it('that change nothing at inference are passed over with one note', () => {
    const text = `bn_stats_batch_size: 32 default_forward_type: FLOAT16 ${INPUT}
      layer { name: "bn" type: "BatchNorm" bottom: "data" top: "data" forward_type: FLOAT
        batch_norm_param { filler { value: 1 } bias_filler { value: 0 } engine: CAFFE scale_bias: false } }
      layer { name: "max" type: "Eltwise" bottom: "data" bottom: "data" top: "max" eltwise_param { operation: 2 coeff: 1 coeff: 2 } }`;
    const { network, notes } = readNetworkFile(text);
    expect(network.layers.map(({ parameters }) => parameters.type)).toEqual(['batchNorm', 'eltwise']);
    expect(notes).toEqual([
      expect.stringMatching(/bn_stats_batch_size.*default_forward_type.*forward_type.*filler.*coeff/),
    ]);
  });

  it('that change results are refused', () => {
    for (const options of ['batch_norm_param { scale_bias: true }', 'batch_norm_param { use_global_stats: 0 }']) {
      expect(() => parametersOf('BatchNorm', options)).toThrow(expect.objectContaining({ code: 'unsupported' }));
    }
    expect(() => parametersOf('Eltwise', 'eltwise_param { operation: PROD coeff: 2 }')).toThrow(/coeff/);
  });

  it('that are missing from binary layers are mentioned, since forks differ in them', () => {
    const binary = (name: string, param: string) =>
      `layer { name: "${name}" type: "BinaryConvolution" bottom: "data" top: "${name}" convolution_param { num_output: 1 kernel_size: 1 } ${param} }`;
    const text = `${INPUT} ${binary('a', '')} ${binary('b', 'binary_convolution_param { use_alpha: true }')}`;
    expect(readNetworkFile(text).notes).toEqual([expect.stringMatching(/layer 'a': .*without alpha.*use_alpha: true/)]);
  });
});

describe('a file', () => {
  it('may have millions of comments', () => {
    expect(readNetwork(`${'#\n'.repeat(2e6)} ${INPUT} ${relu('data')}`).layers).toHaveLength(1);
  });
});
