import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { seededModel } from '../../../src/tools/networks/seeded-model.ts';
import { exportOnnx } from '../../../src/tools/onnx/export.ts';
import { runOnnx } from '../../support/onnx.ts';
import { smoothPicture } from '../../support/smooth-picture.ts';

/** Returns the only output of a twin for a picture. */
async function logits(model: Model, form: 'float-twin' | 'int8-twin'): Promise<Float32Array> {
  const { preprocessing } = model;
  const input = Float32Array.from(smoothPicture(preprocessing, 1), (value) => value * preprocessing.scale);
  const results = await runOnnx(exportOnnx(model, { form }), input);
  return [...results.values()][0] ?? new Float32Array();
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

describe('the int8 twin', () => {
  it.each(['lenet', 'cifarsmall'])('of %s has logits close to those of the float twin', async (name) => {
    const model = seededModel(name, 1);
    const wanted = await logits(model, 'float-twin');
    const seen = await logits(model, 'int8-twin');
    expect(seen.length).toBe(wanted.length);
    const error = norm(seen.map((value, index) => value - (wanted[index] as number))) / norm(wanted);
    expect(error).toBeLessThan(0.1);
  });
});
