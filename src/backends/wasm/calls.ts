import type {
  CodePooling,
  FloatPooling,
  Plan,
  PlanTensor,
  Pointwise,
  Quantize,
  Step,
  TensorId,
} from '../../plan/plan.ts';
import { convolutionCall } from './convolution-calls.ts';
import { codesOnly, floatEpilogue } from './epilogues.ts';
import { hostStep } from './host-steps.ts';
import type { KernelName } from './kernels.ts';
import { floatWord, type MemoryImage } from './memory-image.ts';
import { TensorPlaces } from './tensor-places.ts';

/** Channels that a pooling treats together. */
const POOLED_CHANNELS = 16;

/** A kernel's work on one image: units from 0 to before `units`, which threads share out among them. */
export interface KernelCall {
  readonly kernel: KernelName;
  readonly parameters: number;
  readonly units: number;
  /** Units that are done together: shares are multiples of it. */
  readonly grain: number;
  readonly scratchBytes: number;
}

/** Work of a step that no kernel does: rare layers, computed over the memory in JavaScript. */
export interface HostCall {
  readonly run: (memory: ArrayBufferLike) => void;
}

/** A plan as calls in order, and where its tensors are. */
export interface Program {
  readonly plan: Plan;
  readonly calls: readonly (KernelCall | HostCall)[];
  /** The step that each call works for. */
  readonly steps: readonly Step[];
  readonly places: TensorPlaces;
}

/** Lays a plan out in a memory image: tensors, weights, and the parameters of every call. */
export function programOf(plan: Plan, image: MemoryImage): Program {
  const places = TensorPlaces.of(plan, image);
  const made = plan.steps.flatMap((step) => callsOf(step, plan.tensors, image, places).map((call) => ({ step, call })));
  return { plan, places, calls: made.map(({ call }) => call), steps: made.map(({ step }) => step) };
}

function callsOf(
  step: Step,
  tensors: readonly PlanTensor[],
  image: MemoryImage,
  places: TensorPlaces,
): (KernelCall | HostCall)[] {
  const input = tensors[step.input] as PlanTensor;
  const output = tensors[step.output] as PlanTensor;
  const from = places.at(step.input);
  switch (step.kind) {
    case 'integerConvolution':
    case 'floatConvolution':
    case 'binaryConvolution':
      return [convolutionCall(step, input, output.shape, image, places)];
    case 'codePooling':
    case 'floatPooling':
      return [poolingCall(step, input, output, image, places)];
    case 'pointwise':
    case 'quantize':
      return epilogueCalls(step, input, image, places);
    case 'dequantize': {
      const isWhole = output.kind === 'integers';
      const values = image.data(isWhole ? Int16Array.from(step.values) : Float32Array.from(step.values));
      const kernel = isWhole ? 'codesToWholes' : 'codesToFloats';
      return [elementsCall(kernel, input, image, { ...ends(step, places), channels: input.shape.channels, values })];
    }
    case 'eltwise': {
      const other = places.at(step.other);
      const call = {
        ...ends(step, places),
        channels: input.shape.channels,
        other: other.address,
        otherStride: other.stride,
        coefficients: step.coefficients,
        operation: ['sum', 'product', 'max'].indexOf(step.operation),
      };
      return [elementsCall('eltwise', input, image, call)];
    }
    case 'concatPart': {
      const bytes = input.kind === 'codes' ? 1 : 4;
      const to = places.at(step.output);
      const call = {
        input: from.address,
        inputStride: from.stride * bytes,
        output: to.address + step.firstChannel * bytes,
        outputStride: to.stride * bytes,
        channels: input.shape.channels * bytes,
      };
      return [elementsCall('concatenate', input, image, call)];
    }
    case 'lrn':
    case 'softmax':
    case 'reshape':
      return [hostStep(step, input.shape, output.shape, from, places.at(step.output))];
  }
}

function poolingCall(
  step: CodePooling | FloatPooling,
  input: PlanTensor,
  output: PlanTensor,
  image: MemoryImage,
  places: TensorPlaces,
): KernelCall {
  const { kernel, stride, pad } = step;
  const { channels } = output.shape;
  const { input: from, inputStride, output: to, outputStride } = ends(step, places);
  const smallest =
    step.kind === 'codePooling' ? image.data(step.smallest.map((isSmallest) => (isSmallest ? 255 : 0))) : 0;
  const isAverage = step.kind === 'floatPooling' && step.method === 'average';
  const epilogue =
    step.kind === 'floatPooling'
      ? floatEpilogue(step.epilogue, step.output, channels + POOLED_CHANNELS, image, places)
      : 0;
  return {
    kernel: step.kind,
    units: output.shape.height * output.shape.width,
    grain: 1,
    scratchBytes: POOLED_CHANNELS * 4,
    parameters: image.words([
      ...[from, to, inputStride, outputStride, input.shape.height, input.shape.width, output.shape.width],
      ...[...kernel, ...stride, ...pad, channels, isAverage ? 1 : 0, smallest, epilogue],
    ]),
  };
}

/** Floats through an epilogue; whole numbers become floats first, at the place of the output. */
function epilogueCalls(
  step: Pointwise | Quantize,
  input: PlanTensor,
  image: MemoryImage,
  places: TensorPlaces,
): KernelCall[] {
  const { channels } = input.shape;
  const epilogue = step.kind === 'pointwise' ? step.epilogue : codesOnly(step, step.sign, step.epilogue);
  const words = floatEpilogue(epilogue, step.output, channels + 4, image, places);
  const from = places.at(step.input);
  if (input.kind !== 'integers') {
    const call = { ...ends(step, places), channels, epilogue: words };
    return [elementsCall('pointwise', input, image, call)];
  }
  const stride = Math.ceil(channels / 4) * 4;
  const floats = image.reserve(input.shape.height * input.shape.width * stride * 4);
  const converted = { input: from.address, inputStride: from.stride, output: floats, outputStride: stride, channels };
  const finished = { input: floats, inputStride: stride, output: 0, outputStride: 0, channels, epilogue: words };
  return [elementsCall('wholesToFloats', input, image, converted), elementsCall('pointwise', input, image, finished)];
}

interface ElementsParameters {
  readonly input: number;
  readonly inputStride: number;
  readonly output: number;
  readonly outputStride: number;
  readonly channels: number;
  readonly epilogue?: number;
  readonly other?: number;
  readonly otherStride?: number;
  readonly coefficients?: readonly [number, number];
  readonly operation?: number;
  readonly values?: number;
}

/** A call in the order of kernels/elements.ts. */
function elementsCall(
  kernel: KernelName,
  { shape }: PlanTensor,
  image: MemoryImage,
  { coefficients = [0, 0], ...call }: ElementsParameters,
): KernelCall {
  return {
    kernel,
    units: shape.height * shape.width,
    grain: 1,
    scratchBytes: 0,
    parameters: image.words([
      ...[call.input, call.inputStride, call.output, call.outputStride, call.channels, call.epilogue ?? 0],
      ...[call.other ?? 0, call.otherStride ?? 0, ...coefficients.map(floatWord)],
      ...[call.operation ?? 0, call.values ?? 0],
    ]),
  };
}

/** Both ends of a step; where codes are all that leaves, the output has no place. */
function ends({ input, output }: { input: TensorId; output: TensorId }, places: TensorPlaces) {
  const from = places.at(input);
  const to = places.find(output);
  return {
    input: from.address,
    inputStride: from.stride,
    output: to?.address ?? 0,
    outputStride: to?.stride ?? 0,
  };
}
