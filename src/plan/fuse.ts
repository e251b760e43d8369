import type {
  Eltwise,
  FloatEpilogue,
  FloatPooling,
  FusedQuantization,
  Plan,
  Quantize,
  Step,
  TensorId,
} from './plan.ts';
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
  const steps = [...plan.steps];
  for (const sum of plan.steps) {
    if (sum.kind !== 'eltwise' || !isPlainSum(sum)) continue;
    const producers = [sum.input, sum.other].map((id) => steps.findIndex((step) => step.output === id));
    const last = Math.max(...producers);
    const producer = steps[last];
    if (sum.input === sum.other || !producer || !producesFloats(producer)) continue;
    if (producer.kind !== 'binaryConvolution' || producer.epilogue.shortcut !== undefined) continue;
    if (readerCount(plan, producer.output) > 1) continue;
    const shortcut = producer.output === sum.input ? sum.other : sum.input;
    steps[last] = { ...producer, output: sum.output, epilogue: { ...producer.epilogue, shortcut } };
    steps.splice(steps.indexOf(sum), 1);
  }
  return { ...plan, steps };
}

/** Fuses a function into the float pooling whose output only it reads. */
function fusePooledFunctions(plan: Plan): Plan {
  const steps = [...plan.steps];
  for (const next of plan.steps) {
    if (next.kind !== 'pointwise' || readerCount(plan, next.input) > 1) continue;
    const pooling = plan.steps.find(
      (step): step is FloatPooling => step.kind === 'floatPooling' && step.output === next.input,
    );
    if (!pooling) continue;
    steps[steps.indexOf(pooling)] = { ...pooling, output: next.output, epilogue: next.epilogue };
    steps.splice(steps.indexOf(next), 1);
  }
  return { ...plan, steps };
}

/** Fuses the first quantization of floats into the step that produces them. */
function fuseQuantizations(plan: Plan): Plan {
  const steps = [...plan.steps];
  for (const [index, producer] of steps.entries()) {
    if (!producesFloats(producer)) continue;
    if (producer.kind !== 'binaryConvolution' && producer.kind !== 'floatPooling' && producer.kind !== 'pointwise') {
      continue;
    }
    const quantize = steps.find((step): step is Quantize => step.kind === 'quantize' && step.input === producer.output);
    if (!quantize) continue;
    const { sign, epilogue } = quantize;
    const codes: FusedQuantization = {
      output: quantize.output,
      sign,
      thresholds: epilogue.thresholds,
      keepsFloats: readerCount(plan, producer.output) > 1,
    };
    steps[index] = { ...producer, epilogue: { ...producer.epilogue, codes } };
    steps.splice(steps.indexOf(quantize), 1);
  }
  return { ...plan, steps };
}

function isPlainSum({ operation, coefficients }: Eltwise): boolean {
  return operation === 'sum' && coefficients.every((coefficient) => coefficient === 1);
}

function producesFloats(step: Step): step is FloatProducer {
  return 'epilogue' in step && step.epilogue.kind === 'floats';
}

/** Returns how often a tensor is read; the plan's outputs count as reads. */
function readerCount(plan: Plan, id: TensorId): number {
  const inputs = plan.steps.flatMap((step) => inputsOf(step));
  return [...inputs, ...plan.outputs].filter((read) => read === id).length;
}
