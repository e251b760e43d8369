import { clampToFloat32, LARGEST_FLOAT32 } from '../../numerics/float32.ts';
import type { CodeEpilogue, FloatEpilogue, TensorId } from '../../plan/plan.ts';
import { addStruct, CODE_EPILOGUE, FLOAT_EPILOGUE } from './kernel-structs.ts';
import type { MemoryLayout } from './memory-layout.ts';
import type { TensorLocation, TensorLocations } from './tensor-locations.ts';

/** Type of the thresholds in memory: the type of the sums that they are compared with. */
export type ThresholdType = 'i16' | 'i32' | 'f64';

const RANGES = { i16: 2 ** 15, i32: 2 ** 31 } as const;

/** Adds a code epilogue, with tables of `channels` columns, to the layout. Returns its address. */
export function codeEpilogue(
  { thresholds }: CodeEpilogue,
  { address, stride }: TensorLocation,
  channels: number,
  type: ThresholdType,
  layout: MemoryLayout,
): number {
  return addStruct(layout, CODE_EPILOGUE, {
    codes: address,
    codeStride: stride,
    thresholds: layout.data(thresholdTable(thresholds, channels, type)),
    thresholdCount: thresholds.length,
    thresholdStride: channels,
  });
}

function thresholdTable(thresholds: readonly Float64Array[], channels: number, type: ThresholdType) {
  const rows = rowsOf(thresholds, channels);
  if (type === 'f64') return rows;
  // No sum is outside the range, so clamping a threshold to it changes no code.
  const clamped = rows.map((value) => Math.min(RANGES[type] - 1, Math.max(-RANGES[type], value)));
  return type === 'i16' ? Int16Array.from(clamped) : Int32Array.from(clamped);
}

/** Adds a float epilogue, with tables of `channels` columns, to the layout. Returns its address. */
export function floatEpilogue(
  epilogue: FloatEpilogue,
  output: TensorId,
  channels: number,
  layout: MemoryLayout,
  locations: TensorLocations,
): number {
  const { factor, offset, negativeSlope, lowest, highest, shortcut, codes } = epilogue;
  const floats = !codes || codes.keepsFloats ? locations.of(output) : undefined;
  const added = shortcut === undefined ? undefined : locations.of(shortcut);
  const quantized = codes && locations.of(codes.output);
  const floatRow = (values: ArrayLike<number>) => layout.data(Float32Array.from(rowsOf([values], channels)));
  return addStruct(layout, FLOAT_EPILOGUE, {
    floats: floats?.address ?? 0,
    floatStride: floats?.stride ?? 0,
    factor: floatRow(factor),
    offset: floatRow(offset),
    hasActivation: negativeSlope !== 1 || lowest > -LARGEST_FLOAT32 || highest < LARGEST_FLOAT32,
    negativeSlope,
    lowest: clampToFloat32(lowest),
    highest: clampToFloat32(highest),
    shortcut: added?.address ?? 0,
    shortcutStride: added?.stride ?? 0,
    codes: quantized?.address ?? 0,
    codeStride: quantized?.stride ?? 0,
    sign: codes ? floatRow(codes.sign) : 0,
    thresholds: codes ? layout.data(Float32Array.from(rowsOf(codes.thresholds, channels), clampToFloat32)) : 0,
    thresholdCount: codes?.thresholds.length ?? 0,
    thresholdStride: codes ? channels : 0,
  });
}

/** Returns a float epilogue that quantizes floats to codes and does not store the floats. `sign` is +1 or −1 per channel. */
export function quantizingEpilogue(
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

/** Returns rows of one number per channel as one table, each row padded with zeros to `channels` numbers. */
function rowsOf(rows: readonly ArrayLike<number>[], channels: number): Float64Array {
  const table = new Float64Array(rows.length * channels);
  for (const [index, row] of rows.entries()) table.set(row, index * channels);
  return table;
}
