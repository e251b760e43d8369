import type { Eltwise, FloatEpilogue, FusedQuantization, Plan, Step, TensorId } from './plan.ts';
import { inputsOf } from './step-tensors.ts';

/** A step that writes floats through an epilogue, into which later steps can be fused. */
type FloatProducer = Extract<Step, { epilogue: unknown }> & { readonly epilogue: FloatEpilogue };

/**
 * Fuses steps into the one that produces their floats, which then need not be stored and loaded again. A residual sum
 * becomes the epilogue's `shortcut`, a quantization its `codes`, and a function of a pooled tensor the pooling's
 * epilogue. Every value stays the same.
 */
export function fuseSteps(plan: Plan): Plan {
  return fuseQuantizations(fusePooledFunctions(fuseShortcuts(plan)));
}

/** Fuses a plain sum into the binary convolution that computes its later summand, if only the sum reads it. */
function fuseShortcuts(plan: Plan): Plan {
  const fused = new FusedSteps(plan);
  for (const [index, sum] of plan.steps.entries()) {
    if (sum.kind !== 'eltwise' || !isPlainSum(sum)) continue;
    const last = Math.max(fused.producerOf(sum.input), fused.producerOf(sum.other));
    const producer = fused.at(last);
    if (sum.input === sum.other || !producer || !producesFloats(producer)) continue;
    if (producer.kind !== 'binaryConvolution' || producer.epilogue.shortcut !== undefined) continue;
    if (fused.readerCount(producer.output) > 1) continue;
    const shortcut = producer.output === sum.input ? sum.other : sum.input;
    fused.replace(last, { ...producer, output: sum.output, epilogue: { ...producer.epilogue, shortcut } }, index);
  }
  return fused.plan;
}

/** Fuses a function into the float pooling whose output only it reads. */
function fusePooledFunctions(plan: Plan): Plan {
  const fused = new FusedSteps(plan);
  for (const [index, next] of plan.steps.entries()) {
    if (next.kind !== 'pointwise' || fused.readerCount(next.input) > 1) continue;
    const place = fused.producerOf(next.input);
    const pooling = plan.steps[place];
    if (pooling?.kind !== 'floatPooling' || pooling.output !== next.input) continue;
    fused.replace(place, { ...pooling, output: next.output, epilogue: next.epilogue }, index);
  }
  return fused.plan;
}

/** Fuses the first quantization of floats into the step that produces them. */
function fuseQuantizations(plan: Plan): Plan {
  const fused = new FusedSteps(plan);
  const quantizations = new Map<TensorId, number>();
  for (const [index, step] of plan.steps.entries()) {
    if (step.kind === 'quantize' && !quantizations.has(step.input)) quantizations.set(step.input, index);
  }
  for (const [index, producer] of plan.steps.entries()) {
    if (!producesFloats(producer)) continue;
    if (producer.kind !== 'binaryConvolution' && producer.kind !== 'floatPooling' && producer.kind !== 'pointwise') {
      continue;
    }
    const place = quantizations.get(producer.output);
    const quantize = place === undefined ? undefined : plan.steps[place];
    if (place === undefined || quantize?.kind !== 'quantize') continue;
    const { sign, epilogue } = quantize;
    const codes: FusedQuantization = {
      output: quantize.output,
      sign,
      thresholds: epilogue.thresholds,
      keepsFloats: fused.readerCount(producer.output) > 1,
    };
    fused.replace(index, { ...producer, epilogue: { ...producer.epilogue, codes } }, place);
  }
  return fused.plan;
}

/** The steps of a plan while some are fused, each found in constant time: plans have thousands. */
class FusedSteps {
  readonly #plan: Plan;
  /** The steps in their places; undefined for those that were fused into another. */
  readonly #steps: (Step | undefined)[];
  readonly #producers = new Map<TensorId, number>();
  readonly #readers = new Map<TensorId, number>();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#steps = [...plan.steps];
    for (const [index, step] of plan.steps.entries()) {
      if (!this.#producers.has(step.output)) this.#producers.set(step.output, index);
      for (const input of inputsOf(step)) this.#addReader(input);
    }
    for (const output of plan.outputs) this.#addReader(output);
  }

  get plan(): Plan {
    return { ...this.#plan, steps: this.#steps.filter((step) => step !== undefined) };
  }

  at(place: number): Step | undefined {
    return this.#steps[place];
  }

  /** Returns the place of the first step that writes a tensor, or −1. */
  producerOf(tensor: TensorId): number {
    return this.#producers.get(tensor) ?? -1;
  }

  /** Returns how often a tensor was read before any step was fused; the plan's outputs count as reads. */
  readerCount(tensor: TensorId): number {
    return this.#readers.get(tensor) ?? 0;
  }

  /** Replaces a step by one that also does the work of another, which is removed. */
  replace(place: number, step: Step, removed: number): void {
    this.#steps[removed] = undefined;
    this.#steps[place] = step;
    this.#producers.set(step.output, place);
  }

  #addReader(tensor: TensorId): void {
    this.#readers.set(tensor, (this.#readers.get(tensor) ?? 0) + 1);
  }
}

function isPlainSum({ operation, coefficients }: Eltwise): boolean {
  return operation === 'sum' && coefficients.every((coefficient) => coefficient === 1);
}

function producesFloats(step: Step): step is FloatProducer {
  return 'epilogue' in step && step.epilogue.kind === 'floats';
}
