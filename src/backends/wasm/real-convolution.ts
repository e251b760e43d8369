import type { ChwShape } from '../../graph/shapes.ts';
import type { FloatConvolution, IntegerConvolution } from '../../plan/plan.ts';
import { bandOf, elementRuns, geometryOf, isSplitByBlocks } from './convolution-geometry.ts';
import { codeEpilogue, floatEpilogue, quantizingEpilogue } from './epilogues.ts';
import { addStruct, REAL_CONVOLUTION } from './kernel-structs.ts';
import { REAL_CHANNELS, WINDOWS } from './kernels/constants.ts';
import type { MemoryLayout } from './memory-layout.ts';
import { blockCount, filterShape, limbBytes, packFloats, packLimbs } from './pack-weights.ts';
import type { KernelCall } from './program.ts';
import type { TensorLocations } from './tensor-locations.ts';

/** Bytes of the 32-bit sums and the f64 sums of a block. */
const SUM_BYTES = WINDOWS * REAL_CHANNELS * (4 + 8);

/** Returns the call of a convolution with integer or float weights. */
export function realConvolutionCall(
  step: IntegerConvolution | FloatConvolution,
  input: ChwShape,
  output: ChwShape,
  layout: MemoryLayout,
  locations: TensorLocations,
): KernelCall {
  const shape = filterShape(step, input, output);
  const isInteger = step.kind === 'integerConvolution';
  const elementBytes = isInteger ? 2 : 4;
  const band = bandOf(step, input, output, shape.inputs * elementBytes, 0);
  const runs = elementRuns(step, band);
  const blocks = blockCount(shape.outputs, REAL_CHANNELS);
  const limbs = isInteger ? step.weights.limbs.length : 1;
  const bytesOfLimb = isInteger ? limbBytes(runs, shape.inputs) : shape.taps * shape.inputs * REAL_CHANNELS * 4;
  const blockBytes = limbs * bytesOfLimb;
  const blockSums = Math.ceil((band.coveredRows * band.paddedWidth * band.pixelBytes + 64) / 16) * 16;
  const wordsOf = (taps: number) => (isInteger ? Math.ceil((taps * shape.inputs) / 2) : taps * shape.inputs);
  const units = isSplitByBlocks(step, output) ? blocks : output.height * output.width;
  return {
    kernel: step.kind,
    units,
    grainSize: isSplitByBlocks(step, output) ? 1 : WINDOWS,
    scratchBytes: blockSums + SUM_BYTES,
    parameters: addStruct(layout, REAL_CONVOLUTION, {
      ...geometryOf(step, input, output, shape, band, locations.of(step.input)),
      runs: layout.words(runs.flatMap(({ offset, taps }) => [offset, wordsOf(taps)])),
      runCount: runs.length,
      weights: layout.table(shape.groups * blocks * blockBytes, ({ buffer, byteOffset, byteLength }) => {
        if (isInteger) packLimbs(new Int16Array(buffer, byteOffset, byteLength / 2), step.weights, shape, runs);
        else packFloats(new Float32Array(buffer, byteOffset, byteLength / 4), step.weights, shape, runs);
      }),
      blockBytes,
      blocks,
      epilogue: epilogueOf(step, output.channels, output.channels + blocks * REAL_CHANNELS, layout, locations),
      elementBytes,
      limbs,
      limbBytes: bytesOfLimb,
      makesCodes: isInteger && step.epilogue.kind === 'codes',
      blockSums,
    }),
  };
}

/** Adds the epilogue with tables of `columns` columns. Float sums become codes through a float epilogue. */
function epilogueOf(
  step: IntegerConvolution | FloatConvolution,
  channels: number,
  columns: number,
  layout: MemoryLayout,
  locations: TensorLocations,
): number {
  const { epilogue, output } = step;
  if (epilogue.kind === 'floats') return floatEpilogue(epilogue, output, columns, layout, locations);
  if (step.kind === 'integerConvolution') {
    const type = step.weights.limbs.length === 1 ? 'i32' : 'f64';
    return codeEpilogue(epilogue, locations.of(output), columns, type, layout);
  }
  const quantizing = quantizingEpilogue(step, new Int8Array(channels).fill(1), epilogue);
  return floatEpilogue(quantizing, output, columns, layout, locations);
}
