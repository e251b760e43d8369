import { toNetworkInput } from '../image/input.ts';
import { channelCount, type Preprocessing } from '../image/preprocessing.ts';
import { encodeModel } from '../model/encode.ts';
import type { Model } from '../model/model.ts';
import { Random } from '../tools/networks/random.ts';
import { seededModel } from '../tools/networks/seeded-model.ts';
import { exportOnnx } from '../tools/onnx/export.ts';
import type { ModelForm } from './candidate.ts';
import { FLOAT_NETWORK, floatNetwork } from './float-network.ts';
import { exportTflite } from './tflite-export.ts';

/** One network in the forms that candidates load, and a noise picture as its input. */
export interface BenchModels {
  readonly network: string;
  readonly files: ReadonlyMap<ModelForm, Uint8Array<ArrayBuffer>>;
  readonly input: BenchInput;
  readonly preprocessing: Preprocessing;
}

/** One preprocessed picture. */
export interface BenchInput {
  /** Values for this project's session. */
  readonly values: Int16Array | Float32Array;
  /** Values for exported networks: planar float32, after scaling. */
  readonly floats: Float32Array<ArrayBuffer>;
  /** Channels, height, width. */
  readonly shape: readonly [number, number, number];
}

/** Seed of the random weights: every machine measures the same network. */
export const BENCH_SEED = 1;

/**
 * Creates a known network, or that of `floatNetwork`, with random weights in the requested forms.
 * @throws HwgqError `invalid-option` if the network is not known.
 */
export function makeBenchModels(network: string, forms: readonly ModelForm[]): BenchModels {
  const model = network === FLOAT_NETWORK ? floatNetwork(BENCH_SEED) : seededModel(network, BENCH_SEED);
  const files = new Map(forms.map((form) => [form, encodedAs(model, form)] as const));
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

function encodedAs(model: Model, form: ModelForm): Uint8Array<ArrayBuffer> {
  switch (form) {
    case 'hwgq':
      return encodeModel(model);
    case 'tflite-float-twin':
      return exportTflite(model, 'float-twin');
    case 'tflite-int8-twin':
      return exportTflite(model, 'int8-twin');
    default:
      return exportOnnx(model, { form });
  }
}
