import { type OpenDevice, openDevice } from '../../src/backends/webgpu/device.ts';
import { WebGpuExecutable } from '../../src/backends/webgpu/executable.ts';
import type { VariantName } from '../../src/backends/webgpu/variant-names.ts';
import type { SessionOptions } from '../../src/engine/runner.ts';
import { decodeModel } from '../../src/model/decode.ts';
import type { Model } from '../../src/model/model.ts';
import type { PlanInput } from '../../src/plan/plan.ts';
import { planGraph } from '../../src/plan/plan-graph.ts';
import type { GoldenCase } from './golden-cases.ts';
import { differenceFrom, type GoldenDifference, goldenDifference } from './golden-check.ts';
import { everywhere, usesOf, withManyRegisters } from './kernel-choice.ts';
import { partOf } from './part-of.ts';

/** Options of a session, or a kernel variant that every layer uses that can. */
export type GoldenOptions = Pick<SessionOptions, 'backend' | 'simd'> & { readonly variant?: VariantName };

/** The network with layers for every variant. */
const WITH_ALL = 'CIFAR10-VGG-HWGQ';

/** The device that kernel variants run on. */
let opening: Promise<OpenDevice> | undefined;

/**
 * Fetches a golden case, runs it in this page, and compares the results.
 * @param folder URL of the case's folder.
 */
export async function runGolden(
  folder: string,
  golden: GoldenCase,
  { variant, ...options }: GoldenOptions,
): Promise<GoldenDifference> {
  const whole: Model = decodeModel(new Uint8Array(await fetchFile(folder, 'model.hwgq')));
  const model = golden.part ? { ...whole, graph: partOf(whole.graph, golden.part.from, golden.part.to) } : whole;
  const bytes = await fetchFile(folder, `${golden.name}.input`);
  const input = golden.input === 'integers' ? new Int16Array(bytes) : new Float32Array(bytes);
  const expected = new Float32Array(await fetchFile(folder, `${golden.name}.expected`));
  if (!variant) return goldenDifference(model, golden, input, expected, options);
  return differenceFrom(golden, await runWith(variant, model, golden, input), expected);
}

/** Frees the device that kernel variants have run on. */
export async function closeDevice(): Promise<void> {
  (await opening)?.device.destroy();
  opening = undefined;
}

async function fetchFile(folder: string, file: string): Promise<ArrayBuffer> {
  const response = await fetch(encodeURI(`${folder}/${file}`));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response.arrayBuffer();
}

/** Runs a network with one kernel variant for every layer that the variant supports, and checks that it is used. */
async function runWith(
  variant: VariantName,
  { graph, preprocessing }: Model,
  { blobs, count }: GoldenCase,
  input: Int16Array | Float32Array,
): Promise<readonly Float32Array[]> {
  const numbers: PlanInput =
    input instanceof Int16Array ? { kind: 'integers', unit: preprocessing.scale } : { kind: 'floats' };
  const names = blobs.map(({ name }) => name);
  const plan = planGraph(graph, numbers, names);
  opening ??= openDevice(navigator.gpu, undefined).then(withManyRegisters);
  const open = await opening;
  const executable = await WebGpuExecutable.create(open, plan, { choice: everywhere(variant, plan) });
  try {
    const { taken, missed } = usesOf(variant, plan, executable, open.capabilities);
    if (missed.length > 0) throw new Error(`${missed} could run on ${variant}, and do not.`);
    if (graph.name === WITH_ALL && taken.length === 0) throw new Error(`No layer of ${WITH_ALL} runs on ${variant}.`);
    return await executable.run(input, count);
  } finally {
    executable.dispose();
  }
}
