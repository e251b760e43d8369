import type { Model } from '../model/model.ts';
import type { Plan, PlanInput } from '../plan/plan.ts';
import { planGraph } from '../plan/plan-graph.ts';
import type { NetworkInputs } from './runner.ts';

/** The largest |pixel − mean| that first layers accept. */
const LARGEST = 255;
/** Pixels are divided by up to 2^8: the usual ways to scale them to 0…1. */
const FINEST_POWER = 8;

/** Inputs, and the kind of plan that runs them. */
export interface PlannedInputs {
  readonly input: PlanInput;
  readonly values: NetworkInputs;
}

/**
 * Converts float inputs to integers times a unit if this is exact: if they are pixels minus integer means, multiplied
 * by the model's scale or by a power of two. First layers sum such inputs without rounding.
 * @param scale the model's scale, the unit of integer inputs.
 */
export function plannedInputs(inputs: NetworkInputs, scale: number): PlannedInputs {
  if (inputs instanceof Int16Array) return { input: { kind: 'integers', unit: scale }, values: inputs };
  const powers = Array.from({ length: FINEST_POWER + 1 }, (_, power) => 2 ** -power);
  const unit = [scale, ...powers].find((candidate) =>
    inputs.every((value) => {
      const integer = Math.round(value / candidate);
      return Math.abs(integer) <= LARGEST && integer * candidate === value;
    }),
  );
  if (unit === undefined) return { input: { kind: 'floats' }, values: inputs };
  const values = Int16Array.from(inputs, (value) => Math.round(value / unit));
  return { input: { kind: 'integers', unit }, values };
}

const plans = new WeakMap<Model, Map<string, Plan>>();

/**
 * Plans a model for backends. Each kind of input is planned once, even if several backends load the model.
 * @param blobs the Caffe blobs to return, in order.
 * @throws HwgqError the errors of `planGraph`.
 */
export function planModel(model: Model, input: PlanInput, blobs: readonly string[]): Plan {
  const known = plans.get(model) ?? new Map<string, Plan>();
  plans.set(model, known);
  const key = JSON.stringify([input, blobs]);
  const plan = known.get(key) ?? planGraph(model.graph, input, blobs);
  known.set(key, plan);
  return plan;
}

/** Returns the input of pictures: pixels minus means, times the model's scale. */
export function pictureInput({ preprocessing }: Model): PlanInput {
  return { kind: 'integers', unit: preprocessing.scale };
}
