import { blobValue } from '../graph/blobs.ts';
import { elementCount } from '../graph/shapes.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import type { Model } from '../model/model.ts';
import { interpret } from '../reference/interpret.ts';
import { expectAffordable } from './expect-affordable.ts';
import { loadWasmRunner } from './load-wasm-runner.ts';
import type { BackendDescription, NetworkInputs, PictureRun, Runner } from './runner.ts';

/** Runs a model with the float64 interpreter. */
export class ReferenceRunner implements Runner {
  readonly backend: BackendDescription;
  readonly #model: Model;
  readonly #values: readonly string[];

  /** @throws HwgqError `out-of-memory` or `unsupported` if the interpreter would need too much memory or time. */
  constructor(model: Model, blobs: readonly string[], fallbackReason?: string) {
    this.backend = { name: 'reference', fallbackReason };
    expectAffordable(model.graph, 'reference');
    this.#model = model;
    this.#values = blobs.map((blob) => blobValue(model.graph, blob));
  }

  async run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    const { graph, preprocessing } = this.#model;
    const length = elementCount(graph.input.shape);
    const unit = inputs instanceof Int16Array ? preprocessing.scale : 1;
    const results = Array.from({ length: count }, (_, image) => {
      // Not with a function of `from`, which would first make a list of objects.
      const input = Float64Array.from(inputs.subarray(image * length, (image + 1) * length));
      for (let index = 0; index < length; index++) input[index] = (input[index] as number) * unit;
      return interpret(graph, input, this.#values);
    });
    return this.#values.map((value) => {
      const images = results.map((result) => result.get(value) ?? new Float64Array());
      const joined = new Float32Array(count * (images[0]?.length ?? 0));
      for (const [image, data] of images.entries()) joined.set(data, image * data.length);
      return joined;
    });
  }

  async runPictures(pictures: readonly AnyPicture[]): Promise<PictureRun> {
    const { runPreprocessed } = await loadWasmRunner();
    return runPreprocessed(this, pictures, this.#model.preprocessing);
  }

  dispose(): void {}
}
