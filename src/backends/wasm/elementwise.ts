import type { ConcatPart, Dequantize, Eltwise, PlanTensor, Pointwise, Quantize, TensorId } from '../../plan/plan.ts';
import { floatEpilogue, quantizingEpilogue } from './epilogues.ts';
import { addStruct, ELEMENTS, type StructValues } from './kernel-structs.ts';
import { MAX, PRODUCT, SUM } from './kernels/constants.ts';
import type { KernelName } from './kernels.ts';
import type { MemoryLayout } from './memory-layout.ts';
import type { KernelCall } from './program.ts';
import type { TensorLocations } from './tensor-locations.ts';

const OPERATIONS = { sum: SUM, product: PRODUCT, max: MAX } as const;

/** Returns the call that dequantizes codes to integers or floats. */
export function dequantizeCall(
  step: Dequantize,
  input: PlanTensor,
  output: PlanTensor,
  layout: MemoryLayout,
  locations: TensorLocations,
): KernelCall {
  const isInteger = output.kind === 'integers';
  return elementsCall(isInteger ? 'codesToIntegers' : 'codesToFloats', input, layout, {
    ...endpoints(step, locations),
    values: layout.data(isInteger ? Int16Array.from(step.values) : Float32Array.from(step.values)),
  });
}

/** Returns the call of an elementwise operation on two tensors. */
export function eltwiseCall(
  step: Eltwise,
  input: PlanTensor,
  layout: MemoryLayout,
  locations: TensorLocations,
): KernelCall {
  const other = locations.of(step.other);
  return elementsCall('eltwise', input, layout, {
    ...endpoints(step, locations),
    other: other.address,
    otherStride: other.stride,
    coefficient: step.coefficients[0],
    otherCoefficient: step.coefficients[1],
    operation: OPERATIONS[step.operation],
  });
}

/** Returns the call that copies one input of a concatenation to its channels of the output. */
export function concatenateCall(
  step: ConcatPart,
  input: PlanTensor,
  layout: MemoryLayout,
  locations: TensorLocations,
): KernelCall {
  const bytes = input.kind === 'codes' ? 1 : 4;
  const { address, stride } = locations.of(step.input);
  const output = locations.of(step.output);
  return elementsCall('concatenate', input, layout, {
    input: address,
    inputStride: stride * bytes,
    output: output.address + step.firstChannel * bytes,
    outputStride: output.stride * bytes,
    channels: input.shape.channels * bytes,
  });
}

/** Returns the calls that apply an epilogue to a tensor. Integers are first converted to floats, in separate memory. */
export function epilogueCalls(
  step: Pointwise | Quantize,
  input: PlanTensor,
  layout: MemoryLayout,
  locations: TensorLocations,
): KernelCall[] {
  const { channels, height, width } = input.shape;
  const floats = step.kind === 'pointwise' ? step.epilogue : quantizingEpilogue(step, step.sign, step.epilogue);
  const epilogue = floatEpilogue(floats, step.output, channels + 4, layout, locations);
  const ends = endpoints(step, locations);
  if (input.kind !== 'integers') return [elementsCall('pointwise', input, layout, { ...ends, epilogue })];
  const stride = Math.ceil(channels / 4) * 4;
  const converted = layout.reserve(height * width * stride * 4);
  return [
    elementsCall('integersToFloats', input, layout, { ...ends, output: converted, outputStride: stride }),
    elementsCall('pointwise', input, layout, { input: converted, inputStride: stride, epilogue }),
  ];
}

/** Fields that only some of the kernels read. */
const UNUSED = {
  output: 0,
  outputStride: 0,
  epilogue: 0,
  other: 0,
  otherStride: 0,
  coefficient: 0,
  otherCoefficient: 0,
  operation: 0,
  values: 0,
} as const;

type ElementsValues = Omit<StructValues<typeof ELEMENTS>, keyof typeof UNUSED | 'channels'> &
  Partial<StructValues<typeof ELEMENTS>>;

/** Returns a call over the pixels of `input`, and all of its channels by default. */
function elementsCall(
  kernel: KernelName,
  { shape }: PlanTensor,
  layout: MemoryLayout,
  values: ElementsValues,
): KernelCall {
  return {
    kernel,
    units: shape.height * shape.width,
    grainSize: 1,
    scratchBytes: 0,
    parameters: addStruct(layout, ELEMENTS, { ...UNUSED, channels: shape.channels, ...values }),
  };
}

/** Returns the locations of a step's input and output. Those of the output are 0 if the step stores only codes. */
function endpoints({ input, output }: { input: TensorId; output: TensorId }, locations: TensorLocations) {
  const from = locations.of(input);
  const to = locations.find(output);
  return {
    input: from.address,
    inputStride: from.stride,
    output: to?.address ?? 0,
    outputStride: to?.stride ?? 0,
  };
}
