import type { ChwShape } from '../../graph/shapes.ts';
import type { Convolution } from '../../plan/plan.ts';
import { type GEOMETRY, type StructValues, windowValues } from './kernel-structs.ts';
import type { ElementRun, FilterShape } from './pack-weights.ts';
import type { TensorLocation } from './tensor-locations.ts';

/** Scratch memory for the rows of a band, small enough for a core's own cache. */
const BAND_BYTES = 192 * 1024;

/** A band: the output rows computed together, whose input rows lie in scratch memory. */
export interface Band {
  /** Pixels of a row in scratch memory. */
  readonly paddedWidth: number;
  /** Bytes of a pixel in scratch memory. */
  readonly pixelBytes: number;
  /** Output rows. */
  readonly rows: number;
  /** Input rows that the output rows read. */
  readonly coveredRows: number;
}

/** Returns the tallest band that fits in scratch memory, with `extraRowBytes` for each output row. */
export function bandOf(
  { kernel, stride, pad, dilation }: Convolution,
  input: ChwShape,
  output: ChwShape,
  pixelBytes: number,
  extraRowBytes: number,
): Band {
  const reach = (output.width - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  const paddedWidth = Math.max(reach, pad[1] + Math.min(input.width, reach - pad[1]));
  const coveredBy = (rows: number) => (rows - 1) * stride[0] + (kernel[0] - 1) * dilation[0] + 1;
  let rows = output.height;
  const bytes = () => coveredBy(rows) * paddedWidth * pixelBytes + rows * extraRowBytes;
  while (rows > 1 && bytes() > BAND_BYTES) rows--;
  return { paddedWidth, pixelBytes, rows, coveredRows: coveredBy(rows) };
}

/** Returns the runs that a window reads: one per row of taps, or one per tap if the taps of a row are dilated. */
export function elementRuns({ kernel, dilation }: Convolution, { paddedWidth, pixelBytes }: Band): ElementRun[] {
  const [height, width] = kernel;
  const isDilated = dilation[1] > 1 && width > 1;
  const perRow = isDilated ? width : 1;
  return Array.from({ length: height * perRow }, (_, index) => {
    const [row, column] = [Math.floor(index / perRow), index % perRow];
    return {
      offset: (row * dilation[0] * paddedWidth + column * dilation[1]) * pixelBytes,
      firstTap: row * width + column,
      taps: width / perRow,
    };
  });
}

/** Returns whether threads share blocks of output channels: a single output pixel cannot be shared. */
export function isSplitByBlocks({ group }: Convolution, { height, width }: ChwShape): boolean {
  return group === 1 && height * width === 1;
}

type ConvolutionFields = 'runs' | 'runCount' | 'weights' | 'blockBytes' | 'blocks' | 'epilogue';

/** Returns the geometry fields that follow from a convolution's shape. */
export function geometryOf(
  step: Convolution,
  input: ChwShape,
  output: ChwShape,
  { groups, inputs, outputs }: FilterShape,
  { paddedWidth, pixelBytes, rows }: Band,
  { address, stride }: TensorLocation,
): Omit<StructValues<typeof GEOMETRY>, ConvolutionFields> {
  return {
    input: address,
    inputStride: stride,
    inputHeight: input.height,
    inputWidth: input.width,
    outputHeight: output.height,
    outputWidth: output.width,
    ...windowValues(step),
    dilationY: step.dilation[0],
    dilationX: step.dilation[1],
    groups,
    inputChannels: inputs,
    outputChannels: outputs,
    paddedWidth,
    pixelBytes,
    bandRows: rows,
    isSplitByBlocks: isSplitByBlocks(step, output),
  };
}
