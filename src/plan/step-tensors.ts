import type { Step, TensorId } from './plan.ts';

/** Returns the tensors that a step reads. */
export function inputsOf(step: Step): TensorId[] {
  const inputs = [step.input];
  if (step.kind === 'eltwise') inputs.push(step.other);
  if ('epilogue' in step && step.epilogue.kind === 'floats' && step.epilogue.shortcut !== undefined) {
    inputs.push(step.epilogue.shortcut);
  }
  return inputs;
}

/** Returns the tensors that a step writes. */
export function outputsOf(step: Step): TensorId[] {
  if ('epilogue' in step && step.epilogue.kind === 'floats' && step.epilogue.codes) {
    const { output, keepsFloats } = step.epilogue.codes;
    return keepsFloats ? [step.output, output] : [output];
  }
  return [step.output];
}
