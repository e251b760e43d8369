import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EnumName,
  formatPrototxt,
  shortestFloat,
  type WritableMessage,
} from '../../../src/tools/caffe/format-prototxt.ts';
import { readNetwork } from '../../../src/tools/caffe/network.ts';
import type { CaffeLayer, CaffeNetwork, LayerParameters } from '../../../src/tools/caffe/network-description.ts';
import { type PrototxtMessage, type PrototxtValue, parsePrototxt } from '../../../src/tools/caffe/prototxt.ts';
import { type TrainingRecipe, writeNetwork, writeTrainingNetwork } from '../../../src/tools/caffe/write-network.ts';

const text = fc.string({ unit: 'grapheme' });
const control = fc.string({ unit: fc.constantFrom('\0', '\n', '\r', '\t', '"', "'", '\\', '7', '\u001f') });
/** Removes the sign of zero, since `-0` is written as `0`. */
const unsignedZero = (value: number) => value + 0;
const float = fc.float({ noNaN: true, noDefaultInfinity: true }).map(unsignedZero);
const whole = fc.integer({ min: 1, max: 0x7fffffff });
const size = fc.integer({ min: 1, max: 9 });
const pair = fc.tuple(size, size);

describe('formatPrototxt', () => {
  const fieldName = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
  const scalar = fc.oneof(
    text,
    control,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(unsignedZero),
    fc.boolean(),
    fc.constantFrom('MAX', 'LMDB').map((word) => new EnumName(word)),
  );
  const { message } = fc.letrec<{ message: WritableMessage }>((tie) => {
    const value = fc.oneof({ maxDepth: 4 }, scalar, tie('message'));
    return { message: fc.dictionary(fieldName, fc.oneof(value, fc.array(value), fc.constant(undefined))) };
  });

  it('writes messages that parsePrototxt reads back', () => {
    fc.assert(
      fc.property(message, (written) => {
        expect(fieldsOf(parsePrototxt(formatPrototxt(written)))).toEqual(expectedFields(written));
      }),
    );
  });

  it('writes one field on each line', () => {
    const written = { name: 'net', layer: [{ pool: new EnumName('MAX'), absent: undefined }, { bias_term: false }] };
    expect(formatPrototxt(written)).toBe('name: "net"\nlayer {\n  pool: MAX\n}\nlayer {\n  bias_term: false\n}\n');
  });
});

describe('shortestFloat', () => {
  it('returns the fewest digits of the same float32 number', () => {
    expect([0.538, 1e-5, 0.1, 1 / 3, 16777217].map((value) => shortestFloat(Math.fround(value)))).toEqual([
      0.538, 1e-5, 0.1, 0.33333334, 16777216,
    ]);
    fc.assert(fc.property(float, (value) => Object.is(Math.fround(shortestFloat(value)), value)));
  });
});

describe('writeNetwork', () => {
  const binarization = fc.option(fc.record({ useAlpha: fc.boolean() }), { nil: undefined });
  const weighted = fc
    .record({ outputs: whole, hasBias: fc.boolean(), binarization })
    .map(({ binarization: binarized, ...rest }) => ({ ...rest, ...(binarized && { binarization: binarized }) }));
  const quantizer = fc.oneof(
    fc.record({
      kind: fc.constant('hwgq' as const),
      centers: fc
        .uniqueArray(fc.float({ min: Math.fround(1e-3), max: 100, noNaN: true }), { minLength: 1, maxLength: 5 })
        .map((centers) => centers.toSorted((a, b) => a - b)),
      negativeSlope: float,
    }),
    fc.record({ kind: fc.constant('relu' as const), negativeSlope: float }),
    fc.constantFrom({ kind: 'sign' as const }, { kind: 'hard_tanh' as const }),
  );
  const windows = fc.tuple(pair, pair, pair).map(([kernel, stride, pad]) => ({
    kernel,
    stride,
    pad: [pad[0] % kernel[0], pad[1] % kernel[1]] as const,
  }));
  const method = fc.constantFrom('max' as const, 'average' as const);
  const parameters: fc.Arbitrary<LayerParameters> = fc.oneof(
    fc
      .tuple(weighted, windows, pair, whole)
      .map(([w, geometry, dilation, group]) => ({ type: 'convolution' as const, ...w, ...geometry, dilation, group })),
    weighted.map((w) => ({ type: 'innerProduct' as const, ...w })),
    fc.tuple(method, windows).map(([m, geometry]) => ({ type: 'pooling' as const, method: m, ...geometry })),
    method.map((m) => ({ type: 'pooling' as const, method: m, stride: [1, 1] as const, pad: [0, 0] as const })),
    float.map((epsilon) => ({ type: 'batchNorm' as const, epsilon })),
    fc.boolean().map((hasBias) => ({ type: 'scale' as const, hasBias })),
    quantizer.map((q) => ({ type: 'quant' as const, quantizer: q })),
    float.map((negativeSlope) => ({ type: 'relu' as const, negativeSlope })),
    fc.array(float).map((coefficients) => ({
      type: 'eltwise' as const,
      operation: 'sum' as const,
      ...(coefficients.length > 0 && { coefficients }),
    })),
    fc.constantFrom('product' as const, 'max' as const).map((operation) => ({ type: 'eltwise' as const, operation })),
    fc.record({ type: fc.constant('lrn' as const), size: whole, alpha: float, beta: float, k: float }),
    fc.array(fc.integer({ min: -1, max: 9 })).map((sizes) => ({ type: 'reshape' as const, sizes })),
    fc.constantFrom('concat', 'softmax', 'dropout', 'flatten', 'split').map((type) => ({ type })),
  );
  const layer: fc.Arbitrary<CaffeLayer> = fc
    .tuple(fc.oneof(text, control), parameters, fc.array(text, { minLength: 1 }), fc.array(text, { minLength: 1 }))
    .filter(([name]) => name !== '')
    .map(([name, p, bottoms, tops]) => ({
      name,
      parameters: p,
      bottoms: p.type === 'eltwise' || p.type === 'concat' ? bottoms : bottoms.slice(0, 1),
      tops: p.type === 'split' ? tops : tops.slice(0, 1),
    }));
  const network: fc.Arbitrary<CaffeNetwork> = fc.record({
    name: text,
    input: fc.record({ name: fc.constant('the input'), shape: fc.array(whole, { minLength: 1, maxLength: 3 }) }),
    layers: fc.uniqueArray(layer, { minLength: 1, selector: ({ name }) => name }),
  });

  it('writes any network so that readNetwork reads it back', () => {
    fc.assert(
      fc.property(network, (written) => {
        expect(readNetwork(writeNetwork(written))).toEqual(written);
      }),
      { numRuns: 300 },
    );
  });
});

describe('writeTrainingNetwork', () => {
  const net: CaffeNetwork = {
    name: 'net',
    input: { name: 'data', shape: [3, 24, 24] },
    layers: [
      layerOf('fc', 'data', 'fc', {
        type: 'innerProduct',
        outputs: 10,
        hasBias: true,
        binarization: { useAlpha: true },
      }),
      layerOf('bn', 'fc', 'fc', { type: 'batchNorm', epsilon: Math.fround(1e-5) }),
      layerOf('prob', 'fc', 'prob', { type: 'softmax' }),
    ],
  };
  const recipe: TrainingRecipe = {
    databases: { train: 'train_lmdb', test: 'test_lmdb' },
    batch: { train: 128, test: 50 },
    mean: [104, 117, 123],
    scale: 0.5,
    augment: true,
    weightFiller: () => ({ type: 'gaussian', std: 0.01 }),
  };

  it('adds data layers for each phase, and loss and accuracies of the logits', () => {
    expect(writeTrainingNetwork(net, recipe)).toBe(`name: "net"
layer {
  name: "data"
  type: "Data"
  top: "data"
  top: "label"
  include {
    phase: TRAIN
  }
  transform_param {
    mirror: true
    crop_size: 24
    mean_value: 104
    mean_value: 117
    mean_value: 123
    scale: 0.5
  }
  data_param {
    source: "train_lmdb"
    batch_size: 128
    backend: LMDB
  }
}
layer {
  name: "data"
  type: "Data"
  top: "data"
  top: "label"
  include {
    phase: TEST
  }
  transform_param {
    mirror: false
    crop_size: 24
    mean_value: 104
    mean_value: 117
    mean_value: 123
    scale: 0.5
  }
  data_param {
    source: "test_lmdb"
    batch_size: 50
    backend: LMDB
  }
}
layer {
  name: "fc"
  type: "BinaryInnerProduct"
  bottom: "data"
  top: "fc"
  param {
    lr_mult: 1
    decay_mult: 1
  }
  param {
    lr_mult: 2
    decay_mult: 0
  }
  inner_product_param {
    num_output: 10
    weight_filler {
      type: "gaussian"
      std: 0.01
    }
    bias_filler {
      type: "constant"
      value: 0
    }
  }
  binary_inner_product_param {
    use_alpha: true
  }
}
layer {
  name: "bn"
  type: "BatchNorm"
  bottom: "fc"
  top: "fc"
  param {
    lr_mult: 0
  }
  param {
    lr_mult: 0
  }
  param {
    lr_mult: 0
  }
  batch_norm_param {
    moving_average_fraction: 0.95
  }
}
layer {
  name: "loss"
  type: "SoftmaxWithLoss"
  bottom: "fc"
  bottom: "label"
  top: "loss"
}
layer {
  name: "accuracy-top1"
  type: "Accuracy"
  bottom: "fc"
  bottom: "label"
  top: "accuracy-top1"
  include {
    phase: TEST
  }
}
layer {
  name: "accuracy-top5"
  type: "Accuracy"
  bottom: "fc"
  bottom: "label"
  top: "accuracy-top5"
  include {
    phase: TEST
  }
  accuracy_param {
    top_k: 5
  }
}
`);
  });

  it('is read back as the same network', () => {
    const { input, layers } = readNetwork(writeTrainingNetwork(net, recipe));
    expect({ input, layers }).toEqual({ input: net.input, layers: net.layers.slice(0, 2) });
  });
});

function layerOf(name: string, bottom: string, top: string, parameters: LayerParameters): CaffeLayer {
  return { name, bottoms: [bottom], tops: [top], parameters };
}

type PlainField = readonly [name: string, value: unknown];

/** Returns a parsed message as names and values, with words as EnumName. */
function fieldsOf(message: PrototxtMessage): PlainField[] {
  return message.fields.map(({ name, value }) => [name, plainValue(value)]);
}

function plainValue(value: PrototxtValue): unknown {
  switch (value.kind) {
    case 'message':
      return fieldsOf(value.message);
    case 'number':
      return value.number;
    case 'string':
      return value.text;
    case 'word':
      return value.text === 'true' || value.text === 'false' ? value.text === 'true' : new EnumName(value.text);
  }
}

function expectedFields(message: WritableMessage): PlainField[] {
  return Object.entries(message).flatMap(([name, content]) =>
    (Array.isArray(content) ? content : [content])
      .filter((value) => value !== undefined)
      .map((value): PlainField => {
        const isMessage = typeof value === 'object' && !(value instanceof EnumName);
        return [name, isMessage ? expectedFields(value) : value];
      }),
  );
}
