import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { type CaffeSource, convertCaffe } from '../../../src/tools/convert/convert-caffe.ts';
import { encodeConverted } from '../../../src/tools/convert/encode-converted.ts';
import { writeBinaryproto, writeCaffemodel } from '../../support/caffe-files.ts';

const PROTOTXT = `
  name: "tiny" input: "data" input_shape { dim: [1, 1, 2, 2] }
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
    convolution_param { num_output: 2 kernel_size: 2 bias_term: false } }
  layer { name: "quant" type: "Quant" bottom: "conv" top: "quant" quant_param { centers: 1 } }
  layer { name: "fc" type: "BinaryInnerProduct" bottom: "quant" top: "fc"
    inner_product_param { num_output: 2 } binary_inner_product_param { use_alpha: true } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`;

function source(): CaffeSource {
  const bytes = writeCaffemodel([
    { name: 'conv', blobs: [{ shape: [2, 1, 2, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] }] },
    {
      name: 'fc',
      blobs: [
        { shape: [2, 2], values: [1, -3, -1, 1] },
        { shape: [2], values: [0.5, -0.5] },
      ],
    },
  ]);
  return { prototxt: { name: 'tiny.prototxt', text: PROTOTXT }, weights: { name: 'tiny.caffemodel', bytes } };
}

describe('convertCaffe', () => {
  it('converts a network and its weights to a model', async () => {
    const { graph, preprocessing, labels } = await convertCaffe({ ...source(), labels: ['yes', 'no'] });
    expect(graph.layers.map((layer) => ('weights' in layer ? layer.weights.form : layer.type))).toEqual([
      'fixed13',
      'quant',
      'binary',
      'softmax',
    ]);
    expect(preprocessing).toMatchObject({ channels: 'gray', width: 2, height: 2 });
    expect(labels).toEqual(['yes', 'no']);
  });

  it('records the source files, hashed before they are read, and their licence terms', async () => {
    const files = source();
    const hash = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
    const weightsHash = hash(files.weights.bytes);
    const { provenance } = await convertCaffe(files);
    expect(provenance.sources).toEqual([
      { name: 'tiny.prototxt', bytes: PROTOTXT.length, sha256: hash(PROTOTXT) },
      { name: 'tiny.caffemodel', bytes: files.weights.bytes.length, sha256: weightsHash },
    ]);
    expect(provenance.generator).toMatch(/^hwgq-web \d/);
    expect(provenance.licence).toMatch(/inherits the licence terms of its source.*education, research and non-profit/);
  });

  it('records a mean image among the source files', async () => {
    const bytes = writeBinaryproto({ shape: [1, 1, 2, 2], values: [1, 2, 3, 4] });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { length } = bytes;
    const mean = { kind: 'file', name: 'mean.binaryproto', bytes } as const;
    const { preprocessing, provenance } = await convertCaffe({ ...source(), mean });
    expect(preprocessing.mean).toEqual({ kind: 'image', values: Float32Array.of(1, 2, 3, 4) });
    expect(provenance.sources[2]).toEqual({ name: 'mean.binaryproto', bytes: length, sha256 });
  });

  it('uses mean and scale of a train_val file if none are given, and notes it', async () => {
    const data = `layer { name: "data" type: "Data" top: "data" include { phase: TEST }
      transform_param { scale: 0.5 mean_value: 9 force_gray: true crop_size: 2 } }`;
    const text = PROTOTXT.replace('input: "data" input_shape { dim: [1, 1, 2, 2] }', data);
    const trainVal = { name: 'train_val.prototxt', text };
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    const { preprocessing } = await convertCaffe({ ...source(), prototxt: trainVal, onNote });
    expect(preprocessing).toMatchObject({ mean: { kind: 'channels', values: [9] }, scale: 0.5 });
    expect(notes).toEqual([expect.stringContaining('mean 9, scale 0.5')]);
    const overridden = await convertCaffe({ ...source(), prototxt: trainVal, scale: 2 });
    expect(overridden.preprocessing).toMatchObject({ mean: { kind: 'channels', values: [9] }, scale: 2 });
  });

  it('names the broken file, and reports a web page instead of a Caffe file', async () => {
    const page = new TextEncoder().encode('<!doctype html><title>404</title>');
    await expect(convertCaffe({ ...source(), weights: { name: 'w', bytes: page } })).rejects.toMatchObject({
      code: 'caffemodel-format',
      message: expect.stringMatching(/^w: .*web page/),
      details: { file: 'w' },
    });
    const prototxt = { name: 'p', text: 'layer {' };
    await expect(convertCaffe({ ...source(), prototxt })).rejects.toMatchObject({
      code: 'prototxt-syntax',
      message: expect.stringMatching(/^p: .*line 1/),
    });
  });

  it('rejects a wrong number of labels with both numbers', async () => {
    await expect(convertCaffe({ ...source(), labels: ['yes', 'no', 'maybe'] })).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringMatching(/3 labels.*2 classes/),
    });
  });

  it('rejects files that the readers reject', async () => {
    const files = source();
    const truncated = { ...files.weights, bytes: files.weights.bytes.slice(0, -3) };
    await expect(convertCaffe({ ...files, weights: truncated })).rejects.toMatchObject({ code: 'caffemodel-format' });
    const unknown = { ...files.prototxt, text: PROTOTXT.replace('"Quant"', '"Sigmoid"') };
    await expect(convertCaffe({ ...source(), prototxt: unknown })).rejects.toMatchObject({ code: 'unknown-layer' });
  });
});

describe('the scores of a converted network', () => {
  const layer = (name: string, bottom: string) =>
    `layer { name: "${name}" type: "InnerProduct" bottom: "${bottom}" top: "${name}"
      inner_product_param { num_output: 2 bias_term: false } }`;
  const loss = (name: string, bottom: string, options = '') =>
    `layer { name: "${name}" type: "SoftmaxWithLoss" bottom: "${bottom}" bottom: "label" ${options} }`;
  const convert = (text: string, options: Partial<CaffeSource> = {}) => {
    const names = ['trunk', 'main', 'side', 'deep'];
    const blobs = [{ shape: [2, 2], values: [1, 2, 3, 4] }];
    const bytes = writeCaffemodel(names.map((name) => ({ name, blobs })));
    const prototxt = { name: 'net', text: `input: "data" input_shape { dim: [1, 1, 1, 2] } ${text}` };
    const notes: string[] = [];
    const model = convertCaffe({
      prototxt,
      weights: { name: 'weights', bytes },
      onNote: (note) => notes.push(note),
      ...options,
    });
    return model.then(({ graph, notes: stored }) => ({
      graph,
      notes,
      stored,
      layers: graph.layers.map(({ name }) => name),
    }));
  };
  const TWO_ENDS = `${layer('trunk', 'data')} ${layer('main', 'trunk')} ${layer('side', 'trunk')}`;

  it('must be chosen if the network has several ends, and the choice is stored', async () => {
    await expect(convert(TWO_ENDS)).rejects.toMatchObject({
      code: 'invalid-graph',
      message: expect.stringMatching(/main, side.*--scores/),
    });
    await expect(convert(TWO_ENDS, { scores: 'nowhere' })).rejects.toThrow(/'nowhere'.*trunk, main, side/);
    const { graph, layers } = await convert(TWO_ENDS, { scores: 'main' });
    expect([graph.scores, layers]).toEqual(['main', ['trunk', 'main', 'side']]);
    expect((await convert(layer('trunk', 'data'), { scores: 'trunk' })).graph.scores).toBeUndefined();
  });

  it('are those of the main loss of a train_val file, whose auxiliary classifiers are left out with a note', async () => {
    const { graph, layers, notes, stored } = await convert(
      `${layer('trunk', 'data')} ${layer('side', 'trunk')} ${loss('loss1', 'side', 'loss_weight: 0.3')}
       ${layer('deep', 'trunk')} ${layer('main', 'deep')} ${loss('loss2', 'main')}`,
    );
    expect([layers, graph.scores]).toEqual([['trunk', 'deep', 'main'], undefined]);
    expect(notes).toEqual([expect.stringMatching(/'main'.*Leaving out 'side' and the 1 layers/)]);
    expect(stored).toEqual(notes);
  });

  it('are not guessed if the losses have equal weights', async () => {
    await expect(convert(`${TWO_ENDS} ${loss('a', 'main')} ${loss('b', 'side')}`)).rejects.toThrow(/main, side/);
  });

  it('are not those of layers that feed a Silence layer, which are left out', async () => {
    const { layers, notes } = await convert(`${TWO_ENDS} layer { name: "s" type: "Silence" bottom: "side" }`);
    expect([layers, notes]).toEqual([['trunk', 'main'], []]);
  });

  it('must be one for each class', async () => {
    const map = 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }';
    const text = `input: "data" input_shape { dim: [1, 3, 2, 2] } ${map}`;
    await expect(
      convertCaffe({ ...source(), prototxt: { name: 'map', text }, labels: ['a', 'b', 'c'] }),
    ).rejects.toMatchObject({ code: 'unsupported', message: expect.stringMatching(/2×2 places with 3 values/) });
  });
});

describe('parameters that cannot be computed with', () => {
  it.each([
    ['a weight', Number.NaN],
    ['a weight', Number.POSITIVE_INFINITY],
  ])('are refused in every form: %s of %s', async (_, value) => {
    for (const form of ['compact', 'f16', 'int8', 'f32'] as const) {
      const files = source();
      const blobs = [{ shape: [2, 1, 2, 2], values: [1, 2, value, 4, 5, 6, 7, 8] }];
      const inner = [
        { shape: [2, 2], values: [1, -3, -1, 1] },
        { shape: [2], values: [0, 0] },
      ];
      const bytes = writeCaffemodel([
        { name: 'conv', blobs },
        { name: 'fc', blobs: inner },
      ]);
      await expect(convertCaffe({ ...files, form, weights: { name: 'w', bytes } })).rejects.toMatchObject({
        code: 'invalid-graph',
        message: expect.stringMatching(/'conv' has the weight (NaN|Infinity) \(number 2\)/),
      });
    }
  });

  it('are refused in a mean image', async () => {
    const bytes = writeBinaryproto({ shape: [1, 1, 2, 2], values: [1, Number.NaN, 3, 4] });
    await expect(convertCaffe({ ...source(), mean: { kind: 'file', name: 'mean', bytes } })).rejects.toThrow(
      /mean image has the value NaN \(number 1\)/,
    );
  });

  it('are refused where no reader would accept them', async () => {
    const text = PROTOTXT.replace('kernel_size: 2', 'kernel_size: 2 stride: 70000');
    const model = await convertCaffe({ ...source(), prototxt: { name: 'tiny', text } }).catch(
      (error: unknown) => error,
    );
    expect(() => encodeConverted(model as Model)).toThrow(
      expect.objectContaining({
        code: 'unsupported',
        message: expect.stringMatching(/stride\[0\]' is 70000.*Change the network/),
      }),
    );
  });
});

describe('a data layer that does not say how many channels pictures have', () => {
  it('gets as many as the weights have', async () => {
    const data = 'layer { name: "d" type: "Data" top: "data" top: "label" transform_param { crop_size: 2 } }';
    const text = PROTOTXT.replace(/input: "data" input_shape {[^}]*}/, data);
    const notes: string[] = [];
    const files = { ...source(), prototxt: { name: 'tiny', text }, onNote: (note: string) => notes.push(note) };
    expect((await convertCaffe(files)).graph.input.shape).toEqual([1, 2, 2]);
    expect(notes).toEqual([expect.stringMatching(/weights are for 1/)]);
  });
});
