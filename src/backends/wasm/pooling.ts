import type { ChwShape } from '../../graph/shapes.ts';
import type { CodePooling, FloatPooling } from '../../plan/plan.ts';
import { floatEpilogue } from './epilogues.ts';
import { addStruct, POOLING, windowValues } from './kernel-structs.ts';
import { POOLING_CHANNELS } from './kernels/constants.ts';
import type { MemoryLayout } from './memory-layout.ts';
import type { KernelCall } from './program.ts';
import type { TensorLocations } from './tensor-locations.ts';

/** Returns the call of a pooling. */
export function poolingCall(
  step: CodePooling | FloatPooling,
  input: ChwShape,
  output: ChwShape,
  layout: MemoryLayout,
  locations: TensorLocations,
): KernelCall {
  const from = locations.of(step.input);
  const to = locations.find(step.output);
  return {
    kernel: step.kind,
    units: output.height * output.width,
    grainSize: 1,
    scratchBytes: POOLING_CHANNELS * 4,
    parameters: addStruct(layout, POOLING, {
      input: from.address,
      output: to?.address ?? 0,
      inputStride: from.stride,
      outputStride: to?.stride ?? 0,
      inputHeight: input.height,
      inputWidth: input.width,
      outputWidth: output.width,
      ...windowValues(step),
      channels: output.channels,
      isAverage: step.kind === 'floatPooling' && step.method === 'average',
      smallest: step.kind === 'codePooling' ? layout.data(step.smallest.map((flag) => (flag ? 255 : 0))) : 0,
      epilogue:
        step.kind === 'floatPooling'
          ? floatEpilogue(step.epilogue, step.output, output.channels + POOLING_CHANNELS, layout, locations)
          : 0,
    }),
  };
}
