import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plannedInputs } from '../../../src/engine/plan-model.ts';
import { elementCount } from '../../../src/graph/shapes.ts';
import { decodeModel } from '../../../src/model/decode.ts';
import { exactGraph } from '../../../src/tools/onnx/exact.ts';
import { codesOf, levelLayers } from '../../support/codes.ts';
import {
  cifarPictures,
  goldenCodes,
  goldenGraph,
  goldenLogits,
  goldenMeta,
  mnistDigits,
} from '../../support/golden.ts';
import { type GoldenCase, goldenSets } from '../../support/golden-cases.ts';
import { differenceFrom, type GoldenDifference } from '../../support/golden-check.ts';
import { onnxSession, runOnnx } from '../../support/onnx.ts';
import { partOf } from '../../support/part-of.ts';
import { describeShared } from '../../support/shared.ts';

/** The largest difference from float64 logits, relative to the largest logit. */
const TOLERANCE = 1e-5;

const CIFAR_MEAN = [114, 123, 125];

async function difference(folder: string, golden: GoldenCase): Promise<GoldenDifference> {
  const complete = decodeModel(Uint8Array.from(readFileSync(join(folder, 'model.hwgq')))).graph;
  const graph = golden.part ? partOf(complete, golden.part.from, golden.part.to) : complete;
  const bytes = Uint8Array.from(readFileSync(join(folder, `${golden.name}.input`))).buffer;
  const inputs = Float32Array.from(golden.input === 'integers' ? new Int16Array(bytes) : new Float32Array(bytes));
  const { input } = plannedInputs(inputs, 1);
  const blobs = golden.blobs.map(({ name }) => name);
  const results = await runOnnx(exactGraph(graph, input, { blobs, batch: golden.count }), inputs);
  const expected = new Float32Array(Uint8Array.from(readFileSync(join(folder, `${golden.name}.expected`))).buffer);
  return differenceFrom(
    golden,
    blobs.map((blob) => results.get(blob) ?? new Float32Array()),
    expected,
  );
}

const sets = Object.entries(await goldenSets());

/** Small trained networks, whose inputs are integers times a unit. */
const TRAINED = [
  { net: 'lenet', count: 50, unit: 1 / 256, bytes: mnistDigits, mean: () => 0 },
  {
    net: 'cifarsmall',
    count: 20,
    unit: 1 / 64,
    bytes: cifarPictures,
    mean: (index: number) => CIFAR_MEAN[Math.floor(index / 1024) % 3] as number,
  },
] as const;

describeShared('exported networks on onnxruntime-web', () => {
  it.each(TRAINED)('$net gives the labels, logits and codes of $count images', async (trained) => {
    const { net, count, unit, bytes, mean } = trained;
    const graph = goldenGraph(net);
    const { classes, logitsBlob, top1, codes } = goldenMeta(net);
    const layers = levelLayers(graph);
    const blobs = [logitsBlob, ...layers.map(({ blob }) => blob)];
    const session = await onnxSession(exactGraph(graph, { kind: 'integers', unit }, { blobs }));
    const length = elementCount(graph.input.shape);
    const truth = goldenLogits(net).subarray(0, count * classes);
    const largest = truth.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const wanted = goldenCodes(net);
    const pictures = bytes();
    let place = 0;
    for (let image = 0; image < count; image++) {
      const pixels = pictures.subarray(image * length, (image + 1) * length);
      const results = await session.run(Float32Array.from(pixels, (pixel, index) => (pixel - mean(index)) * unit));
      const scores = results.get(logitsBlob) ?? new Float32Array();
      expect(scores.indexOf(Math.max(...scores))).toBe(top1[image]);
      const own = truth.subarray(image * classes, (image + 1) * classes);
      for (const [index, score] of own.entries()) {
        expect(Math.abs((scores[index] as number) - score)).toBeLessThan(TOLERANCE * largest);
      }
      for (const { blob, levels } of image < codes.images ? layers : []) {
        const seen = codesOf(results.get(blob) ?? new Float32Array(), levels);
        const wrong = seen.filter((code) => code !== wanted[place++]).length;
        expect(wrong, `${blob} of image ${image}`).toBe(0);
      }
    }
    expect(place).toBe(wanted.length);
    await session.release();
  });

  describe.each(sets)('%s', (_, { folder, cases }) => {
    it.each(cases)('$name gives every code and the logits', async (golden) => {
      const { levels, wrongLevels, worstFloat } = await difference(folder, golden);
      // Sums in a residual network round, so a code near its threshold may flip.
      expect(wrongLevels).toBeLessThanOrEqual(golden.part ? levels / 100_000 : 0);
      if (wrongLevels === 0) expect(worstFloat).toBeLessThan(TOLERANCE);
    });
  });
});
