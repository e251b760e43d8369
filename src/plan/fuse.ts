import type { AttachedCodes, Eltwise, FloatEpilogue, FloatPooling, Plan, Quantize, Step, TensorId } from './plan.ts';
import { inputsOf } from './step-tensors.ts';

/** Steps whose floats pass through an epilogue, which can take what follows them. */
type FloatMaker = Extract<Step, { epilogue: unknown }> & { readonly epilogue: FloatEpilogue };

/**
 * Merges steps into the one that makes their floats, so that these are touched once: a residual sum becomes the
 * epilogue's `shortcut`, a quantization its `codes`, a function behind a pooling the pooling's epilogue. Every value stays
 * what it was.
 */
export function fuseSteps(plan: Plan): Plan {
  return withCodes(withPooledFunctions(withShortcuts(plan)));
}

/** A binary convolution that only a plain sum reads takes the sum over, where the other summand is there by then. */
function withShortcuts(plan: Plan): Plan {
  const steps = [...plan.steps];
  for (const sum of plan.steps) {
    if (sum.kind !== 'eltwise' || !isPlainSum(sum)) continue;
    const makers = [sum.input, sum.other].map((id) => steps.findIndex((step) => makes(step, id)));
    const last = Math.max(...makers);
    const maker = steps[last];
    if (sum.input === sum.other || !maker || !isFloatMaker(maker) || maker.kind !== 'binaryConvolution') continue;
    if (maker.epilogue.shortcut !== undefined || readers(plan, maker.output) > 1) continue;
    const shortcut = maker.output === sum.input ? sum.other : sum.input;
    steps[last] = { ...maker, output: sum.output, epilogue: { ...maker.epilogue, shortcut } };
    steps.splice(steps.indexOf(sum), 1);
  }
  return { ...plan, steps };
}

/** A pooling, whose values leave it as they are, takes over the function of what it pools that alone reads them. */
function withPooledFunctions(plan: Plan): Plan {
  const steps = [...plan.steps];
  for (const next of plan.steps) {
    if (next.kind !== 'pointwise' || readers(plan, next.input) > 1) continue;
    const pooling = plan.steps.find(
      (step): step is FloatPooling => step.kind === 'floatPooling' && makes(step, next.input),
    );
    if (!pooling) continue;
    steps[steps.indexOf(pooling)] = { ...pooling, output: next.output, epilogue: next.epilogue };
    steps.splice(steps.indexOf(next), 1);
  }
  return { ...plan, steps };
}

/** A step that makes floats takes over their first quantization; where nothing else reads them, they are not kept. */
function withCodes(plan: Plan): Plan {
  const steps = [...plan.steps];
  for (const [index, maker] of steps.entries()) {
    if (
      !isFloatMaker(maker) ||
      (maker.kind !== 'binaryConvolution' && maker.kind !== 'floatPooling' && maker.kind !== 'pointwise')
    )
      continue;
    const quantize = steps.find((step): step is Quantize => step.kind === 'quantize' && step.input === maker.output);
    if (!quantize) continue;
    const { sign, epilogue } = quantize;
    const codes: AttachedCodes = {
      output: quantize.output,
      sign,
      thresholds: epilogue.thresholds,
      floatsAreRead: readers(plan, maker.output) > 1,
    };
    steps[index] = { ...maker, epilogue: { ...maker.epilogue, codes } };
    steps.splice(steps.indexOf(quantize), 1);
  }
  return { ...plan, steps };
}

function isPlainSum({ operation, coefficients }: Eltwise): boolean {
  return operation === 'sum' && coefficients.every((coefficient) => coefficient === 1);
}

function isFloatMaker(step: Step): step is FloatMaker {
  return 'epilogue' in step && step.epilogue.kind === 'floats';
}

function makes(step: Step, id: TensorId): boolean {
  return step.output === id;
}

/** How often a tensor is read, being given back included. */
function readers(plan: Plan, id: TensorId): number {
  const inputs = plan.steps.flatMap((step) => inputsOf(step));
  return [...inputs, ...plan.outputs].filter((read) => read === id).length;
}
