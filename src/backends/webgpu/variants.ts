import binaryCarrySave from '../../../shaders/convolution/binary-carry-save.wgsl';
import binaryRow4Stride1 from '../../../shaders/convolution/binary-row.wgsl?PIXELS=4&STRIDE=1';
import binaryRow4Stride2 from '../../../shaders/convolution/binary-row.wgsl?PIXELS=4&STRIDE=2';
import binarySplitK from '../../../shaders/convolution/binary-split-k.wgsl';
import floatSplitK from '../../../shaders/convolution/float-split-k.wgsl';
import floatTile from '../../../shaders/convolution/float-tile.wgsl';
import integerTile from '../../../shaders/convolution/integer-tile.wgsl';
import levelSplitK from '../../../shaders/convolution/level-split-k.wgsl';
import levelTile from '../../../shaders/convolution/level-tile.wgsl';
import type { ChwShape } from '../../graph/shapes.ts';
import type { BinaryConvolution, Convolution, Plan, Step } from '../../plan/plan.ts';
import type { Capabilities } from './device.ts';
import { blockCount, WORKGROUP_SIZE } from './layout.ts';
import { onDemand } from './on-demand.ts';
import type { KernelChoice, VariantName } from './variant-names.ts';

/** A convolution with the shapes of its input and output, which decide which kernels can run it. */
export interface ConvolutionShape {
  readonly step: Convolution;
  readonly input: ChwShape;
  readonly output: ChwShape;
}

/** Returns a shader, or a promise of it if it is fetched on demand. */
type Code = () => string | Promise<string>;

/** A kernel for one layer shape. */
export interface Variant {
  readonly name: VariantName;
  readonly code: Code;
  /** Values of `override` constants that the shader has for itself. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Returns the number of threads for a batch. */
  threads(batchSize: number): number;
}

/**
 * Shaders of common first layers: integers of three channels, by the kernel's width and stride along a row. `row` computes
 * four pixels a thread. `subgroupRow` computes `subgroupPixels`: as many as fit in registers, fewer if compiling would take
 * long.
 */
const INTEGER_ROWS: Readonly<
  Record<string, { readonly row: Code; readonly subgroupRow: Code; readonly subgroupPixels: number }>
> = {
  '3 stride 1': {
    row: onDemand('integerRow3Stride1'),
    subgroupRow: onDemand('integerSubgroupRow3Stride1'),
    subgroupPixels: 16,
  },
  '7 stride 2': {
    row: onDemand('integerRow7Stride2'),
    subgroupRow: onDemand('integerSubgroupRow7Stride2'),
    subgroupPixels: 14,
  },
  '11 stride 4': {
    row: onDemand('integerRow11Stride4'),
    subgroupRow: onDemand('integerSubgroupRow11Stride4'),
    subgroupPixels: 8,
  },
};

/** Threads that add up one sum, in the split-k variants. */
const SPLIT_K_SLICES = [8, 64] as const;

/** A dispatch of fewer threads has too low an occupancy. */
const ENOUGH_THREADS = 4096;

/**
 * Describes a layer shape, such as `binary 64×56×56→64×56×56 3×3`, followed by stride, dilation and groups that are not 1.
 */
export function shapeKey({ step, input, output }: ConvolutionShape): string {
  const text = (shape: ChwShape) => `${shape.channels}×${shape.height}×${shape.width}`;
  const parts = [
    `${step.kind.replace('Convolution', '')} ${text(input)}→${text(output)} ${step.kernel.join('×')}`,
    ...(step.stride.some((stride) => stride !== 1) ? [`stride ${step.stride.join('×')}`] : []),
    ...(step.dilation.some((dilation) => dilation !== 1) ? [`dilation ${step.dilation.join('×')}`] : []),
    ...(step.group === 1 ? [] : [`group ${step.group}`]),
  ];
  return parts.join(' ');
}

/** Returns the distinct layer shapes of a plan's convolutions, each with the first layer of that shape. */
export function convolutionShapes({ tensors, steps }: Plan): readonly ConvolutionShape[] {
  const shapes = new Map<string, ConvolutionShape>();
  for (const step of steps) {
    if (!isConvolution(step)) continue;
    const [input, output] = [tensors[step.input]?.shape, tensors[step.output]?.shape];
    if (!input || !output) continue;
    const shape = { step, input, output };
    if (!shapes.has(shapeKey(shape))) shapes.set(shapeKey(shape), shape);
  }
  return [...shapes.values()];
}

function isConvolution(step: Step): step is Convolution {
  return ['integerConvolution', 'floatConvolution', 'binaryConvolution'].includes(step.kind);
}

/**
 * Returns whether codes are 0 to 3 in two bit planes and every filter reads all channels, so that the bits of the planes
 * can be counted as they are.
 */
export function hasUsualLevels({ levels, group }: BinaryConvolution): boolean {
  const { terms } = levels;
  const isCounted = terms.every(({ planes, limbs }) => limbs.length === 1 && limbs[0] === planes && planes > 0);
  return group === 1 && isCounted && terms.length === 2 && terms.every(({ planes }) => planes < 4);
}

/** Returns the variants that can run a shape on a device; there are at least three. */
export function variantsOf(shape: ConvolutionShape, capabilities: Capabilities): readonly Variant[] {
  const { step } = shape;
  const tile = (name: VariantName, code: Code): Variant => ({ name, code, threads: tileThreads(shape, 4) });
  const subgroupTile = (pixels: number, code: Code): Variant[] =>
    canUseSubgroups(shape, capabilities) ? [{ name: 'subgroup-tile', code, threads: tileThreads(shape, pixels) }] : [];
  const splitK = (code: Code) =>
    SPLIT_K_SLICES.map(
      (slices): Variant => ({
        name: `split-k-${slices}`,
        code,
        constants: { slices },
        threads: splitKThreads(shape, slices),
      }),
    );
  switch (step.kind) {
    case 'integerConvolution':
      return [
        tile('tile', () => integerTile),
        ...subgroupTile(16, onDemand('integerSubgroupTile')),
        ...integerRows(shape, capabilities),
        ...splitK(onDemand('integerSplitK')),
      ];
    case 'floatConvolution':
      return [tile('tile', () => floatTile), ...splitK(() => floatSplitK)];
    case 'binaryConvolution':
      if (!hasUsualLevels(step)) return [tile('tile', () => levelTile), ...splitK(() => levelSplitK)];
      return [
        tile('tile', onDemand('binaryTile')),
        tile('carry-save', () => binaryCarrySave),
        ...subgroupTile(8, onDemand('binarySubgroupTile')),
        ...splitK(() => binarySplitK),
        ...(capabilities.packedDot ? [tile('dot', onDemand('binaryDot'))] : []),
        ...binaryRows(shape, capabilities),
      ];
  }
}

/** Returns whether four neighbouring threads compute blocks of the same pixels, so that they can share their reads. */
function canUseSubgroups({ output }: ConvolutionShape, { subgroups }: Capabilities): boolean {
  return subgroups && blockCount(output.channels) % 4 === 0;
}

function integerRows(shape: ConvolutionShape, capabilities: Capabilities): readonly Variant[] {
  const { kernel, stride, dilation } = shape.step;
  const known = INTEGER_ROWS[`${kernel[1]} stride ${stride[1]}`];
  if (!known || dilation[1] !== 1 || shape.input.channels !== 3) return [];
  const { row, subgroupRow, subgroupPixels } = known;
  return [
    rowVariant(shape, 'row-4', 4, row),
    ...(canUseSubgroups(shape, capabilities) ? [rowVariant(shape, 'subgroup-row', subgroupPixels, subgroupRow)] : []),
  ];
}

function rowVariant(shape: ConvolutionShape, name: VariantName, pixels: number, code: Code): Variant {
  return { name, code, threads: rowThreads(shape, pixels) };
}

function binaryRows(shape: ConvolutionShape, capabilities: Capabilities): readonly Variant[] {
  const { kernel, stride, dilation } = shape.step;
  if (!isPair(kernel, 3) || !isPair(dilation, 1)) return [];
  const row = (name: VariantName, pixels: number, code: Code) => rowVariant(shape, name, pixels, code);
  const hasSubgroups = canUseSubgroups(shape, capabilities);
  switch (stride[1]) {
    case 1:
      return [
        row('row-4', 4, () => binaryRow4Stride1),
        row('row-7', 7, onDemand('binaryRow7Stride1')),
        ...(hasSubgroups ? [row('subgroup-row-7', 7, onDemand('binarySubgroupRow7Stride1'))] : []),
      ];
    case 2:
      return [
        row('row-4', 4, () => binaryRow4Stride2),
        ...(hasSubgroups ? [row('subgroup-row-7', 7, onDemand('binarySubgroupRow7Stride2'))] : []),
      ];
    default:
      return [];
  }
}

/** On a software adapter, a float layer of few pixels is faster without barriers if it has this many sums. */
const MANY_FLOAT_SUMS = 64;

/** Returns the variant that a choice names for a shape, or the default one if it names none that can run. */
export function chosenVariant(shape: ConvolutionShape, capabilities: Capabilities, choice: KernelChoice): Variant {
  const variants = variantsOf(shape, capabilities);
  const names = [choice[shapeKey(shape)], ...defaultVariants(shape, capabilities)];
  const best = names.flatMap((name) => variants.filter((variant) => variant.name === name))[0];
  return best ?? (variants[0] as Variant);
}

/**
 * Returns the default variants of a shape, best first. On software adapters memory reads cost most, and so do barriers,
 * which split-k needs (SwiftShader: a 128×28×28 3×3 layer takes 26 ms of processor time with `row-4`, 18 ms with
 * `subgroup-row-7`). For hardware GPUs the order is an expectation, not a measurement, and every shader in it must be in
 * the file that all pages with WebGPU fetch.
 */
function defaultVariants({ step, output }: ConvolutionShape, { isSoftware }: Capabilities): readonly VariantName[] {
  const area = output.height * output.width;
  const sums = area * blockCount(output.channels);
  if (isSoftware) {
    const isSmall = area < 4 && (step.kind !== 'floatConvolution' || sums < MANY_FLOAT_SUMS);
    return isSmall ? ['split-k-8'] : ['subgroup-row', 'subgroup-row-7', 'subgroup-tile', 'row-7', 'row-4', 'tile'];
  }
  if (step.kind === 'integerConvolution') return ['tile'];
  if (sums >= 4 * ENOUGH_THREADS) return ['row-4', 'carry-save', 'tile'];
  return sums * 8 >= ENOUGH_THREADS ? ['split-k-8'] : ['split-k-64'];
}

function tileThreads({ output }: ConvolutionShape, pixels: number): (batchSize: number) => number {
  const area = output.height * output.width;
  return (batchSize) => Math.ceil((batchSize * area) / pixels) * blockCount(output.channels);
}

function rowThreads({ output }: ConvolutionShape, pixels: number): (batchSize: number) => number {
  const tiles = output.height * Math.ceil(output.width / pixels);
  return (batchSize) => batchSize * tiles * blockCount(output.channels);
}

function splitKThreads({ output }: ConvolutionShape, slices: number): (batchSize: number) => number {
  const workgroups = Math.ceil((blockCount(output.channels) * slices) / WORKGROUP_SIZE);
  return (batchSize) => batchSize * output.height * output.width * workgroups * WORKGROUP_SIZE;
}

function isPair([y, x]: readonly [number, number], value: number): boolean {
  return y === value && x === value;
}
