import { toNetworkInput } from '../image/input.ts';
import { channelCount, type Preprocessing } from '../image/preprocessing.ts';
import { encodeModel } from '../model/encode.ts';
import { Random } from '../tools/networks/random.ts';
import { seededModel } from '../tools/networks/seeded-model.ts';
import { exportOnnx } from '../tools/onnx/export.ts';
import type { ModelForm } from './candidate.ts';

/** One network in the forms that candidates load, and a picture of noise to run it on. */
export interface BenchModels {
  readonly network: string;
  readonly files: ReadonlyMap<ModelForm, Uint8Array<ArrayBuffer>>;
  readonly input: BenchInput;
  readonly preprocessing: Preprocessing;
}

/** One preprocessed picture. */
export interface BenchInput {
  /** As a session takes it. */
  readonly values: Int16Array | Float32Array;
  /** As exported networks take it: planar float32, after the scale. */
  readonly floats: Float32Array<ArrayBuffer>;
  /** Channels, height, width. */
  readonly shape: readonly [number, number, number];
}

/** Random weights of this seed: every machine measures the same network. */
export const BENCH_SEED = 1;

/**
 * Makes a network of the paper with random weights, in the forms asked for.
 * @throws HwgqError `invalid-option` where there is no network of that name.
 */
export function makeBenchModels(network: string, forms: readonly ModelForm[]): BenchModels {
  const model = seededModel(network, BENCH_SEED);
  const files = new Map(
    forms.map((form) => [form, form === 'hwgq' ? encodeModel(model) : exportOnnx(model, { form })] as const),
  );
  const { preprocessing } = model;
  const { width, height, scale } = preprocessing;
  const channels = channelCount(preprocessing.channels);
  const random = new Random(BENCH_SEED);
  const pixels = Uint8Array.from({ length: channels * height * width }, () => random.word() >>> 24);
  const values = toNetworkInput(pixels, preprocessing);
  const unit = values instanceof Int16Array ? scale : 1;
  const floats = Float32Array.from(values, (value) => value * unit);
  const input = { values, floats, shape: [channels, height, width] } as const;
  return { network: model.graph.name, files, input, preprocessing };
}
