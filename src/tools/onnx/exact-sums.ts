import { HwgqError } from '../../errors.ts';
import { signBitAt } from '../../numerics/signs.ts';
import { LIMB_BITS } from '../../plan/limbs.ts';
import type {
  BinaryConvolution,
  CodeTensor,
  FloatEpilogue,
  IntegerConvolution,
  IntegerTensor,
} from '../../plan/plan.ts';
import { DATA_TYPE, type GraphWriter } from './graph-writer.ts';
import { leakyRelu, perChannel, scalar, withConstant } from './operators.ts';

/** float32 represents every integer up to this one, so sums below it are exact in any order. */
const EXACT_FLOAT32 = 2 ** 24;

/** A convolution of integers, and the factor of its sums. */
export interface ExactTerm {
  readonly weights: Float32Array;
  readonly times: number;
  /** The convolution's input for each code; absent if the input is not codes. */
  readonly inputs?: Float32Array;
}

/**
 * Splits integer weights into terms whose sums are exact in float32: balanced digits, as wide as the largest sum allows.
 * @throws HwgqError `unsupported` if a layer sums so many products that even 1-bit digits are too wide.
 */
export function integerTerms(step: IntegerConvolution, input: IntegerTensor, outputs: number): readonly ExactTerm[] {
  const integers = integerWeights(step);
  const size = integers.length / outputs;
  if (largestSum(integers, size) * input.largest < EXACT_FLOAT32) {
    return [{ weights: Float32Array.from(integers), times: 1 }];
  }
  // A balanced digit is at most half its base.
  const bits = Math.floor(Math.log2(EXACT_FLOAT32 / (size * input.largest))) + 1;
  if (bits < 1) refuse(step.layer, size);
  const base = 2 ** bits;
  const terms: ExactTerm[] = [];
  let rest = integers;
  for (let times = 1; rest.some((weight) => weight !== 0); times *= base) {
    const digits = rest.map((weight) => weight - base * Math.round(weight / base));
    rest = rest.map((weight, index) => (weight - (digits[index] as number)) / base);
    terms.push({ weights: Float32Array.from(digits), times });
  }
  return terms;
}

/**
 * Returns the convolution of codes with signs as terms: one over integer levels if its sums are exact in float32,
 * otherwise one for each level, whose input is 1 where the code is that level's.
 * @param size the number of weights of a filter.
 * @throws HwgqError `unsupported` if a layer sums too many products.
 */
export function binaryTerms(
  step: BinaryConvolution,
  input: CodeTensor,
  outputs: number,
  size: number,
): readonly ExactTerm[] {
  const weights = signValues(step.signs, outputs * size);
  if (size >= EXACT_FLOAT32) refuse(step.layer, size);
  const levels = input.levels.map((level) => Math.round(level / step.levels.unit));
  if (size * step.levels.largest < EXACT_FLOAT32) return [{ weights, times: 1, inputs: Float32Array.from(levels) }];
  return Array.from(levels, (level, code) => {
    return { weights, times: level, inputs: Float32Array.from(levels, (_, other) => (other === code ? 1 : 0)) };
  }).filter(({ times }) => times !== 0);
}

/** The ONNX value of sums, and its type: float64 if several terms were added. */
export interface Sums {
  readonly value: string;
  readonly type: 'float32' | 'float64';
}

/** Adds terms: in float64, whose 53 bits keep the sum exact, if there are several. */
export function addTerms(
  writer: GraphWriter,
  layer: string,
  terms: readonly { readonly value: string; readonly times: number }[],
): Sums {
  const [first] = terms;
  if (terms.length === 1 && first?.times === 1) return { value: first.value, type: 'float32' };
  const value = terms
    .map(({ value, times }) => {
      const wide = writer.node(layer, 'Cast', [value], { to: DATA_TYPE.float64 });
      if (times === 1) return wide;
      return writer.node(layer, 'Mul', [wide, writer.constant(layer, 'times', Float64Array.of(times), [])]);
    })
    .reduce((sum, term) => writer.node(layer, 'Add', [sum, term]));
  return { value, type: 'float64' };
}

/** Quantizes sums: the code is the number of its channel's thresholds that a sum exceeds. */
export function countExceeded(
  writer: GraphWriter,
  layer: string,
  { value, type }: Sums,
  thresholds: readonly Float64Array[],
): string {
  return thresholds
    .map((threshold) => {
      const typed = type === 'float64' ? threshold : Float32Array.from(threshold);
      const constant = perChannel(writer, layer, 'threshold', typed);
      const exceeds = writer.node(layer, 'Greater', [value, constant]);
      return writer.node(layer, 'Cast', [exceeds], { to: DATA_TYPE.float32 });
    })
    .reduce((count, one) => writer.node(layer, 'Add', [count, one]));
}

/** Applies an epilogue to sums: factor, offset, slope and bounds, each rounded to float32 as backends do. */
export function toFloats(
  writer: GraphWriter,
  layer: string,
  { value, type }: Sums,
  { factor, offset, negativeSlope, lowest, highest }: FloatEpilogue,
): string {
  let result = type === 'float64' ? writer.node(layer, 'Cast', [value], { to: DATA_TYPE.float32 }) : value;
  if (factor.some((x) => x !== 1)) {
    const factors = perChannel(writer, layer, 'factor', Float32Array.from(factor));
    result = withConstant(writer, layer, 'Mul', factors, result);
  }
  if (offset.some((x) => x !== 0)) {
    const offsets = perChannel(writer, layer, 'offset', Float32Array.from(offset));
    result = withConstant(writer, layer, 'Add', offsets, result);
  }
  result = leakyRelu(writer, layer, result, negativeSlope);
  if (lowest === Number.NEGATIVE_INFINITY && highest === Number.POSITIVE_INFINITY) return result;
  const bounds = [scalar(writer, layer, 'lowest', lowest), scalar(writer, layer, 'highest', highest)];
  return writer.node(layer, 'Clip', [result, ...bounds]);
}

function integerWeights({ weights }: IntegerConvolution): Float64Array {
  const integers = new Float64Array(weights.limbs[0]?.length ?? 0);
  for (const [place, limb] of weights.limbs.entries()) {
    for (const [index, digit] of limb.entries()) {
      integers[index] = (integers[index] as number) + digit * 2 ** (LIMB_BITS * place);
    }
  }
  return integers;
}

function signValues(signs: Uint8Array, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = signBitAt(signs, index) ? 1 : -1;
  return values;
}

/** Returns the largest Σ |weight| of any filter. */
function largestSum(weights: Float64Array, size: number): number {
  let largest = 0;
  for (let start = 0; start < weights.length; start += size) {
    const sum = weights.subarray(start, start + size).reduce((total, weight) => total + Math.abs(weight), 0);
    largest = Math.max(largest, sum);
  }
  return largest;
}

function refuse(layer: string, size: number): never {
  throw new HwgqError(
    'unsupported',
    `Layer '${layer}' sums ${size} products for each output, too many for exact float32 sums. Export the float twin.`,
    { layer },
  );
}
