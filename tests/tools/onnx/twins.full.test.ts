import { expect, it } from 'vitest';
import { WasmExecutable } from '../../../src/backends/wasm/executable.ts';
import { scoresBlob } from '../../../src/graph/scores.ts';
import { planGraph } from '../../../src/plan/plan-graph.ts';
import { NETWORK_NAMES } from '../../../src/tools/networks/networks.ts';
import { seededModel } from '../../../src/tools/networks/seeded-model.ts';
import { exportOnnx } from '../../../src/tools/onnx/export.ts';
import { onnxSession } from '../../support/onnx.ts';
import { smoothPicture } from '../../support/smooth-picture.ts';

const RUNS = 5;
/** The largest relative error of the int8 twin's logits. VGG's error was 0.291, that of all others at most 0.133. */
const LARGEST_ERROR = 0.15;
const LARGEST_ERROR_OF_VGG = 0.3;
/** The largest difference between two backends' logits if no code differs, relative to the largest logit. */
const TOLERANCE = 1e-5;

it.each(NETWORK_NAMES)(
  '%s on onnxruntime-web equals the backends, and its int8 twin is close to the float twin',
  async (name) => {
    const model = seededModel(name, 1);
    const { graph, preprocessing } = model;
    const pixels = smoothPicture(preprocessing, 1);
    const input = Float32Array.from(pixels, (value) => value * preprocessing.scale);
    const logits: Record<string, Float32Array> = {};
    for (const form of ['exact', 'float-twin', 'int8-twin'] as const) {
      const bytes = exportOnnx(model, { form });
      const session = await onnxSession(bytes);
      const times: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        const start = performance.now();
        logits[form] = [...(await session.run(input)).values()][0] ?? new Float32Array();
        times.push(performance.now() - start);
      }
      console.log(`${name}, ${form}: ${bytes.length} bytes, ${Math.min(...times).toFixed(1)} ms at best`);
      expect(logits[form]?.every(Number.isFinite)).toBe(true);
      await session.release();
    }
    const plan = planGraph(graph, { kind: 'integers', unit: preprocessing.scale }, [scoresBlob(graph)]);
    const [own = new Float32Array()] = await (await WasmExecutable.create(plan, { simd: 'plain' })).run(pixels, 1);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = own.reduce((most, value, index) => Math.max(most, Math.abs(value - (logits.exact?.[index] ?? 0))), 0);
    console.log(`${name}: the exact export's logits are off by ${(worst / largest).toExponential(1)} of the largest`);
    expect(worst).toBeLessThan(TOLERANCE * largest);
    const { 'float-twin': wanted = new Float32Array(), 'int8-twin': seen = new Float32Array() } = logits;
    const error = norm(seen.map((value, index) => value - (wanted[index] as number))) / norm(wanted);
    console.log(`${name}: the int8 twin's logits are off by ${(100 * error).toFixed(1)}%`);
    // In alexsign ReLU replaces signs, so the BatchNorm statistics do not match it, and 8 bits are too few.
    if (name !== 'alexsign') {
      expect(error).toBeLessThan(name === 'vgg' ? LARGEST_ERROR_OF_VGG : LARGEST_ERROR);
    }
  },
);

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
