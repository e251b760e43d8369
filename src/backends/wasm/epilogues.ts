import { clampToFloat32, LARGEST_FLOAT32 } from '../../numerics/float32.ts';
import type { CodeEpilogue, FloatEpilogue, TensorId } from '../../plan/plan.ts';
import { floatWord, type MemoryImage } from './memory-image.ts';
import type { TensorPlace, TensorPlaces } from './tensor-places.ts';

/** What thresholds are kept as: as the sums that they are compared with. */
export type ThresholdType = 'i16' | 'i32' | 'f64';

const RANGES = { i16: 2 ** 15, i32: 2 ** 31 } as const;

/** Writes a code epilogue in the order of kernels/epilogue.ts, for tables of so many channels, and gives its address. */
export function codeEpilogue(
  { thresholds }: CodeEpilogue,
  { address, stride }: TensorPlace,
  channels: number,
  type: ThresholdType,
  image: MemoryImage,
): number {
  const table = image.data(thresholdTable(thresholds, channels, type));
  return image.words([address, stride, table, thresholds.length, channels]);
}

function thresholdTable(thresholds: readonly Float64Array[], channels: number, type: ThresholdType) {
  const rows = rowsOf(thresholds, channels);
  if (type === 'f64') return rows;
  // A sum is in range; a threshold beyond it is exceeded by all sums, or by none.
  const clamped = rows.map((value) => Math.min(RANGES[type] - 1, Math.max(-RANGES[type], value)));
  return type === 'i16' ? Int16Array.from(clamped) : Int32Array.from(clamped);
}

/** Writes a float epilogue in the order of kernels/epilogue.ts, and gives its address. */
export function floatEpilogue(
  epilogue: FloatEpilogue,
  output: TensorId,
  channels: number,
  image: MemoryImage,
  places: TensorPlaces,
): number {
  const { factor, offset, negativeSlope, lowest, highest, shortcut, codes } = epilogue;
  const isBent = negativeSlope !== 1 || lowest > -LARGEST_FLOAT32 || highest < LARGEST_FLOAT32;
  const floats = !codes || codes.keepsFloats ? places.at(output) : undefined;
  const added = shortcut === undefined ? undefined : places.at(shortcut);
  const floatRow = (values: ArrayLike<number>) => image.data(Float32Array.from(rowsOf([values], channels)));
  const made = codes && places.at(codes.output);
  return image.words([
    ...[floats?.address ?? 0, floats?.stride ?? 0, floatRow(factor), floatRow(offset)],
    ...[
      isBent ? 1 : 0,
      floatWord(negativeSlope),
      floatWord(clampToFloat32(lowest)),
      floatWord(clampToFloat32(highest)),
    ],
    ...[added?.address ?? 0, added?.stride ?? 0, made?.address ?? 0, made?.stride ?? 0],
    ...(codes
      ? [
          floatRow(codes.sign),
          image.data(Float32Array.from(rowsOf(codes.thresholds, channels), clampToFloat32)),
          codes.thresholds.length,
          channels,
        ]
      : [0, 0, 0, 0]),
  ]);
}

/** Floats as codes: an epilogue that keeps none of them. `sign` is +1 or −1, per channel. */
export function codesOnly(
  { output }: { readonly output: TensorId },
  sign: Int8Array,
  { thresholds }: CodeEpilogue,
): FloatEpilogue {
  return {
    kind: 'floats',
    factor: new Float64Array(sign.length).fill(1),
    offset: new Float64Array(sign.length),
    negativeSlope: 1,
    lowest: Number.NEGATIVE_INFINITY,
    highest: Number.POSITIVE_INFINITY,
    codes: { output, sign, thresholds, keepsFloats: false },
  };
}

/** Rows of numbers a channel, each as long as `channels`. */
function rowsOf(rows: readonly ArrayLike<number>[], channels: number): Float64Array {
  const table = new Float64Array(rows.length * channels);
  for (const [index, row] of rows.entries()) table.set(row, index * channels);
  return table;
}
