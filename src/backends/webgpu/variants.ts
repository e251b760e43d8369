import binaryCarrySave from '../../../shaders/binary-carry-save.wgsl';
import binaryRow4Stride1 from '../../../shaders/binary-row-4-stride-1.wgsl';
import binaryRow4Stride2 from '../../../shaders/binary-row-4-stride-2.wgsl';
import binarySplit from '../../../shaders/binary-split.wgsl';
import binaryTile from '../../../shaders/binary-tile.wgsl';
import floatSplit from '../../../shaders/float-split.wgsl';
import floatTile from '../../../shaders/float-tile.wgsl';
import integerTile from '../../../shaders/integer-tile.wgsl';
import type { ChwShape } from '../../graph/shapes.ts';
import type { BinaryConvolution, Convolution, Plan, Step } from '../../plan/plan.ts';
import type { Capabilities } from './device.ts';
import { quadCount, WORKGROUP_SIZE } from './layout.ts';
import { onDemand } from './on-demand.ts';

/** A convolution and the planes around it, which decide which kernels can run it. */
export interface ConvolutionShape {
  readonly step: Convolution;
  readonly input: ChwShape;
  readonly output: ChwShape;
}

/**
 * Kernels that compute the same:
 * - `tile`: four pixels × four channels a thread;
 * - `carry-save`: the same, bits added in carry-save form before they are counted;
 * - `row-4`, `row-7`: 3×3 kernels and usual first layers, four or seven pixels of a row a thread, their common columns
 *   read once;
 * - `shared-tile`, `shared-row-7`, `shared-row`: more pixels, or seven of a row, or as many as suit a first layer, four threads
 *   reading for each other (subgroups);
 * - `dot`: products of bytes (`dot4U8Packed`);
 * - `split-8`, `split-64`: eight threads or a whole workgroup to each sum, for planes of few pixels.
 */
export const VARIANT_NAMES = [
  'tile',
  'carry-save',
  'shared-tile',
  'row-4',
  'row-7',
  'shared-row-7',
  'shared-row',
  'dot',
  'split-8',
  'split-64',
] as const;
export type VariantName = (typeof VARIANT_NAMES)[number];

/** Which variant runs layers of a shape (`shapeKey`): what an autotune gives, plain data to be stored per adapter. */
export type KernelChoice = Readonly<Record<string, VariantName>>;

/** A shader's text, which may have to be fetched. */
type Code = () => string | Promise<string>;

/** How a variant runs on a shape. */
export interface Variant {
  readonly name: VariantName;
  /** Its shader. */
  readonly code: Code;
  /** Numbers of the shader that are its own. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Threads for a number of images. */
  threads(imageCount: number): number;
}

/**
 * What runs integers of three channels by the kernel's width and stride along a row, those of the usual first layers: four
 * pixels a thread, and those of a shared row: as many as registers hold, fewer where compiling would take long.
 */
const INTEGER_ROWS: Readonly<
  Record<string, { readonly row: Code; readonly shared: Code; readonly sharedPixels: number }>
> = {
  '3 stride 1': {
    row: onDemand('integerRow4Width3Stride1'),
    shared: onDemand('integerSharedRowWidth3Stride1'),
    sharedPixels: 16,
  },
  '7 stride 2': {
    row: onDemand('integerRow4Width7Stride2'),
    shared: onDemand('integerSharedRowWidth7Stride2'),
    sharedPixels: 14,
  },
  '11 stride 4': {
    row: onDemand('integerRow4Width11Stride4'),
    shared: onDemand('integerSharedRowWidth11Stride4'),
    sharedPixels: 8,
  },
};

/** Threads to a sum of what splits sums. */
const SPLIT_PARTS = [8, 64] as const;

/** Fewer threads than this leave a GPU idle. */
const ENOUGH_THREADS = 4096;

/** The shape in words, such as `binary 64×56×56→64×56×56 3×3`; stride, dilation and groups follow where not 1. */
export function shapeKey({ step, input, output }: ConvolutionShape): string {
  const text = (planes: ChwShape) => `${planes.channels}×${planes.height}×${planes.width}`;
  const parts = [
    `${step.kind.replace('Convolution', '')} ${text(input)}→${text(output)} ${step.kernel.join('×')}`,
    ...(step.stride.some((stride) => stride !== 1) ? [`stride ${step.stride.join('×')}`] : []),
    ...(step.dilation.some((dilation) => dilation !== 1) ? [`dilation ${step.dilation.join('×')}`] : []),
    ...(step.group === 1 ? [] : [`group ${step.group}`]),
  ];
  return parts.join(' ');
}

/** Each shape among a plan's convolutions once, with the first layer of that shape. */
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

/** Whether codes are 0, 1, 2, 3 in two planes and all filters read all channels: then planes are counted as they are. */
export function hasUsualLevels({ levels, group }: BinaryConvolution): boolean {
  const { terms } = levels;
  const isCounted = terms.every(({ planes, limbs }) => limbs.length === 1 && limbs[0] === planes && planes > 0);
  return group === 1 && isCounted && terms.length === 2 && terms.every(({ planes }) => planes < 4);
}

/** The variants that can run a shape on a device, at least three. */
export function variantsOf(shape: ConvolutionShape, capabilities: Capabilities): readonly Variant[] {
  const { step } = shape;
  const tile = (name: VariantName, code: Code): Variant => ({ name, code, threads: scatteredThreads(shape, 4) });
  const sharedTile = (pixels: number, code: Code): Variant[] =>
    canShare(shape, capabilities) ? [{ name: 'shared-tile', code, threads: scatteredThreads(shape, pixels) }] : [];
  const splits = (code: Code) =>
    SPLIT_PARTS.map(
      (parts): Variant => ({
        name: `split-${parts}`,
        code,
        constants: { parts },
        threads: splitThreads(shape, parts),
      }),
    );
  switch (step.kind) {
    case 'integerConvolution':
      return [
        tile('tile', () => integerTile),
        ...sharedTile(16, onDemand('integerSharedTile')),
        ...integerRows(shape, capabilities),
        ...splits(onDemand('integerSplit')),
      ];
    case 'floatConvolution':
      return [tile('tile', () => floatTile), ...splits(() => floatSplit)];
    case 'binaryConvolution':
      if (!hasUsualLevels(step)) return [tile('tile', onDemand('levelTile')), ...splits(onDemand('levelSplit'))];
      return [
        tile('tile', () => binaryTile),
        tile('carry-save', () => binaryCarrySave),
        ...sharedTile(8, onDemand('binarySharedTile')),
        ...splits(() => binarySplit),
        ...(capabilities.packedDot ? [tile('dot', onDemand('binaryDot'))] : []),
        ...rowVariants(shape, capabilities),
      ];
  }
}

/** Whether four neighbouring threads have the same pixels and can read for each other. */
function canShare({ output }: ConvolutionShape, { subgroups }: Capabilities): boolean {
  return subgroups && quadCount(output.channels) % 4 === 0;
}

function integerRows(shape: ConvolutionShape, capabilities: Capabilities): readonly Variant[] {
  const { kernel, stride, dilation } = shape.step;
  const known = INTEGER_ROWS[`${kernel[1]} stride ${stride[1]}`];
  if (!known || dilation[1] !== 1 || shape.input.channels !== 3) return [];
  const { row, shared, sharedPixels } = known;
  return [
    rowVariant(shape, 'row-4', 4, row),
    ...(canShare(shape, capabilities) ? [rowVariant(shape, 'shared-row', sharedPixels, shared)] : []),
  ];
}

function rowVariant(shape: ConvolutionShape, name: VariantName, pixels: number, code: Code): Variant {
  return { name, code, threads: rowThreads(shape, pixels) };
}

function rowVariants(shape: ConvolutionShape, capabilities: Capabilities): readonly Variant[] {
  const { kernel, stride, dilation } = shape.step;
  if (!isPair(kernel, 3) || !isPair(dilation, 1)) return [];
  const row = (name: VariantName, pixels: number, code: Code) => rowVariant(shape, name, pixels, code);
  const shares = canShare(shape, capabilities);
  switch (stride[1]) {
    case 1:
      return [
        row('row-4', 4, () => binaryRow4Stride1),
        row('row-7', 7, onDemand('binaryRow7Stride1')),
        ...(shares ? [row('shared-row-7', 7, onDemand('binarySharedRow7Stride1'))] : []),
      ];
    case 2:
      return [
        row('row-4', 4, () => binaryRow4Stride2),
        ...(shares ? [row('shared-row-7', 7, onDemand('binarySharedRow7Stride2'))] : []),
      ];
    default:
      return [];
  }
}

/** From so many quads on, a float layer of few pixels is faster without barriers on a software adapter. */
const MANY_FLOAT_SUMS = 64;

/** The variant that a choice names for a shape, or else the one to be expected the fastest. */
export function chosenVariant(shape: ConvolutionShape, capabilities: Capabilities, choice: KernelChoice): Variant {
  const variants = variantsOf(shape, capabilities);
  const wanted = [choice[shapeKey(shape)], ...usualVariants(shape, capabilities)];
  const best = wanted.flatMap((name) => variants.filter((variant) => variant.name === name))[0];
  return best ?? (variants[0] as Variant);
}

/**
 * Best first. On a software adapter reading memory costs most, and barriers, which splits need (SwiftShader: a 128×28×28
 * 3×3 layer takes 26 ms of the processor with `row-4`, 18 with `shared-row-7`). For GPUs the order is an expectation; the
 * other kernels of first layers would have to be fetched for it.
 */
function usualVariants({ step, output }: ConvolutionShape, { isSoftware }: Capabilities): readonly VariantName[] {
  const area = output.height * output.width;
  const sums = area * quadCount(output.channels);
  if (isSoftware) {
    const isSmall = area < 4 && (step.kind !== 'floatConvolution' || sums < MANY_FLOAT_SUMS);
    return isSmall ? ['split-8'] : ['shared-row', 'shared-row-7', 'shared-tile', 'row-7', 'row-4', 'tile'];
  }
  if (step.kind === 'integerConvolution') return ['tile'];
  if (sums >= 4 * ENOUGH_THREADS) return ['row-4', 'carry-save', 'tile'];
  return sums * 8 >= ENOUGH_THREADS ? ['split-8'] : ['split-64'];
}

function scatteredThreads({ output }: ConvolutionShape, pixels: number): (imageCount: number) => number {
  const area = output.height * output.width;
  return (imageCount) => Math.ceil((imageCount * area) / pixels) * quadCount(output.channels);
}

function rowThreads({ output }: ConvolutionShape, pixels: number): (imageCount: number) => number {
  const tiles = output.height * Math.ceil(output.width / pixels);
  return (imageCount) => imageCount * tiles * quadCount(output.channels);
}

function splitThreads({ output }: ConvolutionShape, parts: number): (imageCount: number) => number {
  const blocks = Math.ceil((quadCount(output.channels) * parts) / WORKGROUP_SIZE);
  return (imageCount) => imageCount * output.height * output.width * blocks * WORKGROUP_SIZE;
}

function isPair([y, x]: readonly [number, number], value: number): boolean {
  return y === value && x === value;
}
