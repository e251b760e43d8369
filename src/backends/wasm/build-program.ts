import type { Plan, PlanTensor, Step } from '../../plan/plan.ts';
import { binaryConvolutionCall } from './binary-convolution.ts';
import { concatenateCall, dequantizeCall, eltwiseCall, epilogueCalls } from './elementwise.ts';
import { hostStep } from './host-steps.ts';
import type { MemoryLayout } from './memory-layout.ts';
import { poolingCall } from './pooling.ts';
import type { HostCall, KernelCall, Program } from './program.ts';
import { realConvolutionCall } from './real-convolution.ts';
import { TensorLocations } from './tensor-locations.ts';

/** Lowers a plan to calls. Adds its tensors, its weights and the parameters of every call to the memory layout. */
export function buildProgram(plan: Plan, layout: MemoryLayout): Program {
  const locations = TensorLocations.reserve(plan, layout);
  const lowered = plan.steps.flatMap((step) =>
    callsOf(step, plan.tensors, layout, locations).map((call) => ({ step, call })),
  );
  return { plan, locations, calls: lowered.map(({ call }) => call), steps: lowered.map(({ step }) => step) };
}

function callsOf(
  step: Step,
  tensors: readonly PlanTensor[],
  layout: MemoryLayout,
  locations: TensorLocations,
): (KernelCall | HostCall)[] {
  const input = tensors[step.input] as PlanTensor;
  const output = tensors[step.output] as PlanTensor;
  switch (step.kind) {
    case 'binaryConvolution':
      return [binaryConvolutionCall(step, input.shape, output.shape, layout, locations)];
    case 'integerConvolution':
    case 'floatConvolution':
      return [realConvolutionCall(step, input.shape, output.shape, layout, locations)];
    case 'codePooling':
    case 'floatPooling':
      return [poolingCall(step, input.shape, output.shape, layout, locations)];
    case 'pointwise':
    case 'quantize':
      return epilogueCalls(step, input, layout, locations);
    case 'dequantize':
      return [dequantizeCall(step, input, output, layout, locations)];
    case 'eltwise':
      return [eltwiseCall(step, input, layout, locations)];
    case 'concatPart':
      return [concatenateCall(step, input, layout, locations)];
    case 'lrn':
    case 'softmax':
    case 'reshape':
      return [hostStep(step, input.shape, output.shape, locations.of(step.input), locations.of(step.output))];
  }
}
