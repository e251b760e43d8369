import { HwgqError } from '../errors.ts';
import type { LayerType } from '../graph/graph.ts';
import type { WeightForm } from '../graph/weights.ts';
import type { Fit } from '../image/preprocessing.ts';
import { MAX_LABELS } from './file-layout.ts';
import type { Model } from './model.ts';

/** Throws `model-format`, naming the field, if the value does not satisfy the rule. */
type Rule = (value: unknown, field: string) => void;
type Fields = Readonly<Record<string, Rule>>;

const text: Rule = (value, field) => expect(typeof value === 'string', value, field, 'a string');
const boolean: Rule = (value, field) => expect(typeof value === 'boolean', value, field, 'a boolean');
/** The largest float32 number. Greater ones would be infinite where a backend computes with float32. */
const MAX_FLOAT32 = 3.4028234663852886e38;
const number: Rule = (value, field) =>
  expect(typeof value === 'number' && Math.abs(value) <= MAX_FLOAT32, value, field, 'a finite float32 number');
/** A factor that neither vanishes nor overflows in float32. */
const factor: Rule = (value, field) => {
  number(value, field);
  expect(Math.abs(value as number) >= 1e-30, value, field, 'a number other than 0');
};
const integer =
  (least: number, most = 2 ** 31 - 1): Rule =>
  (value, field) =>
    expect(
      Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
      value,
      field,
      `an integer from ${least} to ${most}`,
    );
const oneOf =
  (...words: readonly string[]): Rule =>
  (value, field) =>
    expect(words.includes(value as string), value, field, `one of ${words.join(', ')}`);
const array =
  (rule: Rule, least = 0, most = MAX_LABELS): Rule =>
  (value, field) => {
    expect(
      Array.isArray(value) && value.length >= least && value.length <= most,
      value,
      field,
      `an array of ${least} to ${most} values`,
    );
    for (const [index, item] of (value as unknown[]).entries()) rule(item, `${field}[${index}]`);
  };
const pair = (least: number): Rule => array(integer(least, 65_535), 2, 2);
const tensor =
  (type: new (length: number) => object): Rule =>
  (value, field) =>
    expect(value instanceof type, value, field, `a section of ${type.name}`);
const optional =
  (rule: Rule): Rule =>
  (value, field) => {
    if (value !== undefined) rule(value, field);
  };
const record =
  (fields: Fields): Rule =>
  (value, field) => {
    expect(typeof value === 'object' && value !== null && !Array.isArray(value), value, field, 'an object');
    for (const [name, rule] of Object.entries(fields))
      rule((value as Record<string, unknown>)[name], `${field}.${name}`);
  };
/** An object with a field whose value decides which other fields it has. */
const variant =
  (key: string, variants: Readonly<Record<string, Fields>>): Rule =>
  (value, field) => {
    record({ [key]: oneOf(...Object.keys(variants)) })(value, field);
    const word = (value as Record<string, unknown>)[key] as string;
    record(variants[word] ?? {})(value, field);
  };

const WEIGHTS = variant('form', {
  float32: { values: tensor(Float32Array) },
  float16: { values: tensor(Uint16Array) },
  int8: { values: tensor(Int8Array), scale: tensor(Float32Array) },
  fixed13: { values: tensor(Int16Array), scale: tensor(Float32Array) },
  binary: { signs: tensor(Uint8Array), count: integer(1), alpha: tensor(Float64Array) },
  latent: { values: tensor(Float32Array), useAlpha: boolean },
} satisfies Record<WeightForm, Fields>);

const QUANTIZER = variant('kind', {
  hwgq: { centers: array(number, 1, 15), negativeSlope: number },
  sign: {},
  relu: { negativeSlope: number },
  hard_tanh: {},
});

const weighted: Fields = { outputs: integer(1), weights: WEIGHTS, bias: optional(tensor(Float32Array)) };
const shape = array(integer(1), 1, 3);

const LAYER = variant('type', {
  convolution: { ...weighted, kernel: pair(1), stride: pair(1), pad: pair(0), dilation: pair(1), group: integer(1) },
  innerProduct: weighted,
  pooling: {
    method: oneOf('max', 'average'),
    kernel: optional(pair(1)),
    stride: pair(1),
    pad: pair(0),
    rounding: optional(oneOf('down')),
  },
  batchNorm: { meanSums: tensor(Float32Array), varianceSums: tensor(Float32Array), factor: number, epsilon: number },
  scale: { gamma: tensor(Float32Array), beta: optional(tensor(Float32Array)) },
  quant: { quantizer: QUANTIZER },
  relu: { negativeSlope: number },
  eltwise: { operation: oneOf('sum', 'product', 'max'), coefficients: optional(array(number)) },
  concat: {},
  lrn: { size: integer(1, 65_535), alpha: number, beta: number, k: number },
  softmax: {},
  dropout: {},
  reshape: { shape },
} satisfies Record<LayerType, Fields>);

const layer: Rule = (value, field) => {
  record({ name: text, inputs: array(text, 1, 1000), blob: text })(value, field);
  LAYER(value, field);
};

const MODEL = record({
  graph: record({
    name: text,
    input: record({ name: text, shape }),
    layers: array(layer, 1, 10_000),
    scores: optional(text),
  }),
  preprocessing: record({
    channels: oneOf('bgr', 'rgb', 'gray'),
    width: integer(1, 65_535),
    height: integer(1, 65_535),
    fit: variant('method', {
      crop: { resize: integer(1, 65_535) },
      shorterSide: { resize: integer(1, 65_535) },
      stretch: {},
      digit: {},
    } satisfies Record<Fit['method'], Fields>),
    mean: variant('kind', { channels: { values: array(number, 1, 3) }, image: { values: tensor(Float32Array) } }),
    scale: factor,
  }),
  labels: optional(array(text)),
  provenance: record({
    generator: text,
    sources: array(record({ name: text, bytes: integer(0), sha256: text })),
    licence: text,
  }),
});

/** The optional blocks of a file. Each becomes a field of the model with its name. */
const BLOCKS = { notes: array(text, 1, 1000) } satisfies Partial<Record<keyof Model, Rule>>;

/**
 * Checks the type and range of every field in a file's header, and of the optional blocks that are known. Others are left
 * out: the model can be used without them.
 * @returns the model with its blocks.
 * @throws HwgqError `model-format`, naming the first wrong field.
 */
export function validateFields(value: unknown, blocks: unknown): Model {
  MODEL(value, 'model');
  record({})(blocks, 'blocks');
  const known = Object.entries(BLOCKS).flatMap(([name, rule]) => {
    const block = Object.hasOwn(blocks as object, name) ? (blocks as Record<string, unknown>)[name] : undefined;
    if (block !== undefined) rule(block, `blocks.${name}`);
    return block === undefined ? [] : [[name, block]];
  });
  return { ...(value as Model), ...Object.fromEntries(known) };
}

/** Returns a model without its optional blocks, and the blocks by name. */
export function splitBlocks(model: Model): { content: Model; blocks: Partial<Model> } {
  const isBlock = ([name]: [string, unknown]) => Object.hasOwn(BLOCKS, name);
  const fields = Object.entries(model).filter(([, value]) => value !== undefined);
  return {
    content: Object.fromEntries(fields.filter((field) => !isBlock(field))) as unknown as Model,
    blocks: Object.fromEntries(fields.filter(isBlock)),
  };
}

function expect(holds: boolean, value: unknown, field: string, wanted: string): asserts holds {
  if (holds) return;
  throw new HwgqError(
    'model-format',
    `The field '${field}' is ${describe(value)}; it must be ${wanted}. Convert the model again.`,
    { field },
  );
}

/** Describes a value that a file may have forged: its own properties must not be trusted. */
function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `an array of ${value.length} values`;
  if (typeof value === 'object' && value !== null)
    return `of type ${Object.prototype.toString.call(value).slice(8, -1)}`;
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(value);
}
