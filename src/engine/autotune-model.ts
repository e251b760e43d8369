import { type Autotuned, type AutotuneOptions, autotune, type VariantTiming } from '../backends/webgpu/autotune.ts';
import { type AdapterDescription, openDevice } from '../backends/webgpu/device.ts';
import { scoresBlob } from '../graph/scores.ts';
import { takesIntegers } from '../image/preprocessing.ts';
import type { Model } from '../model/model.ts';
import type { PlanInput } from '../plan/plan.ts';
import { planGraph } from '../plan/plan-graph.ts';
import { gpuOf } from './gpu.ts';
import type { SessionOptions } from './runner.ts';

export type { VariantTiming };

export interface AutotunedModel extends Autotuned {
  /** The adapter that the choice is valid for. */
  readonly adapter: AdapterDescription;
}

/**
 * Times WebGPU's kernels on the layers of a model. Pass the result's `choice` to a session as `kernelChoice`.
 * @throws HwgqError `no-webgpu`, `device-lost`, or `download` if a shader cannot be fetched; the signal's reason if it
 *   aborts.
 */
export async function autotuneModel(
  model: Model,
  options: AutotuneOptions & Pick<SessionOptions, 'gpu' | 'powerPreference'> = {},
): Promise<AutotunedModel> {
  const { graph, preprocessing } = model;
  const input: PlanInput = takesIntegers(preprocessing)
    ? { kind: 'integers', unit: preprocessing.scale }
    : { kind: 'floats' };
  const plan = planGraph(graph, input, [scoresBlob(graph)]);
  const open = await openDevice(gpuOf(options), options.powerPreference);
  try {
    return { ...(await autotune(open, plan, options)), adapter: open.adapter };
  } finally {
    open.device.destroy();
  }
}
