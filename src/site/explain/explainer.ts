import type { NetworkInputs } from '../../engine/runner.ts';
import { createSession, type Session } from '../../engine/session.ts';
import { HwgqError } from '../../errors.ts';
import { isWeighted, type Layer } from '../../graph/graph.ts';
import { scoresBlob, scoresOf } from '../../graph/scores.ts';
import { asChwShape, type ChwShape } from '../../graph/shapes.ts';
import { filterValues } from '../../graph/weights.ts';
import { toInputBytes, toNetworkInput } from '../../image/input.ts';
import type { Picture } from '../../image/picture.ts';
import type { Model } from '../../model/model.ts';
import { softmax } from '../../numerics/softmax.ts';
import { averagedEnd, classActivation } from './class-activation.ts';
import { occluded, occlusionMap, patchesOver } from './occlusion.ts';

/** Batch size of an occlusion run. */
const BATCH = 16;

/** A map of how much each place in a picture contributes to a class. */
export interface DecisiveMap {
  readonly height: number;
  readonly width: number;
  /** Contribution of each place, height × width, from 0 to 1 (the largest). */
  readonly values: Float32Array;
  readonly method: 'class activation' | 'occlusion';
}

/** The unscaled weights of a layer. Binary weights are +1 and −1. */
export interface LayerWeights {
  readonly outputs: number;
  /** Number of input channels per filter. */
  readonly inputs: number;
  readonly kernel: readonly [height: number, width: number];
  /** [outputs][inputs][kernel height][kernel width]. */
  readonly values: Float32Array;
}

/** Inspects a network: intermediate outputs, weights, and the decisive parts of a picture. */
export class Explainer {
  readonly #model: Model;
  readonly #input: ChwShape;
  /** One session per purpose, for the blob that was requested last. */
  readonly #sessions = new Map<string, { readonly blob: string; readonly session: Promise<Session> }>();

  constructor(model: Model) {
    this.#model = model;
    this.#input = asChwShape(model.graph.input.shape);
  }

  /**
   * Computes the values of a blob for a picture, channels × height × width.
   * @throws HwgqError `invalid-option` for an unknown blob, `invalid-image`.
   */
  async values(blob: string, picture: Picture): Promise<Float32Array> {
    const { preprocessing, graph } = this.#model;
    const input = toNetworkInput(toInputBytes(picture, preprocessing), preprocessing);
    if (blob === graph.input.name) return Float32Array.from(input);
    return this.#run('values', blob, input, 1);
  }

  /** Returns the weights of a layer; undefined if it has none. */
  weights(name: string): LayerWeights | undefined {
    const layer = this.#model.graph.layers.find((one) => one.name === name);
    if (!layer || !isWeighted(layer)) return undefined;
    const { outputs } = layer;
    const filters = Array.from({ length: outputs }, (_, output) => filterValues(layer.weights, outputs, output));
    const size = filters[0]?.length ?? 0;
    const values = new Float32Array(outputs * size);
    for (const [output, filter] of filters.entries()) values.set(filter, output * size);
    const kernel = kernelOf(layer);
    return { outputs, inputs: size / (kernel[0] * kernel[1]), kernel, values };
  }

  /**
   * Computes how much each place of a picture contributes to a class: by class activation if the network ends in global
   * average pooling, else by occlusion.
   * @throws HwgqError `invalid-image`.
   */
  async decisive(picture: Picture, label: number): Promise<DecisiveMap> {
    const { preprocessing, graph } = this.#model;
    const input = toNetworkInput(toInputBytes(picture, preprocessing), preprocessing);
    const end = averagedEnd(graph);
    if (end) {
      const { height, width } = end.planes;
      const values = classActivation(end, await this.#run('decisive', end.blob, input, 1), label);
      return { height, width, values: toShares(values), method: 'class activation' };
    }
    const { height, width } = this.#input;
    const patches = patchesOver(this.#input);
    const whole = this.#score(await this.#scores(input, 1), 0, label);
    const scores = await this.#scores(occluded(input, this.#input, patches), patches.length);
    const losses = patches.map((_, index) => whole - this.#score(scores, index, label));
    const values = occlusionMap(this.#input, patches, losses);
    return { height, width, values: toShares(values), method: 'occlusion' };
  }

  /** Computes the logits of several images in batches. */
  async #scores(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    const blob = scoresBlob(this.#model.graph);
    const length = inputs.length / count;
    const scores: Float32Array[] = [];
    for (let start = 0; start < count; start += BATCH) {
      const end = Math.min(count, start + BATCH);
      const logits = await this.#run('decisive', blob, inputs.slice(start * length, end * length), end - start);
      const classes = logits.length / (end - start);
      for (let at = 0; at < logits.length; at += classes) scores.push(logits.subarray(at, at + classes));
    }
    return scores;
  }

  /** Returns the log probability of a class, which still varies when the probability is almost 1. */
  #score(scores: readonly Float32Array[], index: number, label: number): number {
    const values = scores[index] ?? new Float32Array();
    const { areProbabilities } = scoresOf(this.#model.graph);
    const probabilities = areProbabilities ? values : softmax(values, values.length);
    return Math.log(Math.max(probabilities[label] ?? 0, Number.MIN_VALUE));
  }

  async #run(purpose: string, blob: string, inputs: NetworkInputs, count: number): Promise<Float32Array> {
    const session = await this.#session(purpose, blob);
    const { blobs } = await session.run(inputs, count);
    return blobs[0] ?? new Float32Array();
  }

  #session(purpose: string, blob: string): Promise<Session> {
    const current = this.#sessions.get(purpose);
    if (current?.blob === blob) return current.session;
    current?.session.then((session) => session.dispose()).catch(() => {});
    const session = sessionFor(this.#model, blob);
    this.#sessions.set(purpose, { blob, session });
    return session;
  }
}

/** Runs on WebAssembly, so that the classifier keeps the GPU. */
async function sessionFor(model: Model, blob: string): Promise<Session> {
  try {
    return await createSession(model, { backend: 'wasm', blobs: [blob], threads: 1 });
  } catch (error) {
    if (!(error instanceof HwgqError && (error.code === 'no-wasm' || error.code === 'unsupported'))) throw error;
    return createSession(model, { backend: 'reference', blobs: [blob] });
  }
}

function kernelOf(layer: Layer): readonly [number, number] {
  return layer.type === 'convolution' ? layer.kernel : [1, 1];
}

/** Scales positive values by their maximum; negative values become 0. */
function toShares(values: Float64Array): Float32Array {
  const most = values.reduce((highest, value) => Math.max(highest, value), 0);
  return Float32Array.from(values, (value) => (most > 0 ? Math.max(0, value) / most : 0));
}
