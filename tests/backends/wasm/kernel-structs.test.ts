import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  addStruct,
  BINARY_CONVOLUTION,
  CODE_EPILOGUE,
  ELEMENTS,
  FLOAT_EPILOGUE,
  GEOMETRY,
  PASS,
  PICTURE_RESAMPLING,
  POOLING,
  REAL_CONVOLUTION,
} from '../../../src/backends/wasm/kernel-structs.ts';
import {
  COEFFICIENT_BITS as KERNEL_COEFFICIENT_BITS,
  LIMB_BASE,
} from '../../../src/backends/wasm/kernels/constants.ts';
import { MemoryLayout } from '../../../src/backends/wasm/memory-layout.ts';
import { COEFFICIENT_BITS } from '../../../src/image/filter-taps.ts';
import { LIMB_BITS } from '../../../src/plan/limbs.ts';

const KERNELS = new URL('../../../src/backends/wasm/kernels/', import.meta.url);

type Fields = [name: string, type: string][];

/** Returns the fields that a class declares in a file of kernels/, after those of the classes that it extends. */
function declaredFields(file: string, name: string): Fields {
  const source = readFileSync(new URL(file, KERNELS), 'utf8');
  const [, base, body] = new RegExp(`class ${name}(?: extends (\\w+))? \\{\n(.+?)\n\\}`, 's').exec(source) ?? [];
  if (body === undefined) throw new Error(`${file} does not declare class ${name}`);
  const declared = [...body.matchAll(/^ {2}(\w+): (\w+) = 0;$/gm)].map(([, field, type]): [string, string] => [
    field as string,
    type as string,
  ]);
  return [...(base === 'Geometry' ? declaredFields('geometry.ts', base) : []), ...declared];
}

it.each([
  ['geometry.ts', 'Geometry', GEOMETRY],
  ['binary-convolution.ts', 'BinaryConvolution', BINARY_CONVOLUTION],
  ['binary-convolution.ts', 'Pass', PASS],
  ['real-convolution.ts', 'RealConvolution', REAL_CONVOLUTION],
  ['pooling.ts', 'Pooling', POOLING],
  ['pictures.ts', 'PictureResampling', PICTURE_RESAMPLING],
  ['elements.ts', 'Elements', ELEMENTS],
  ['epilogue.ts', 'CodeEpilogue', CODE_EPILOGUE],
  ['epilogue.ts', 'FloatEpilogue', FLOAT_EPILOGUE],
])('%s declares the fields of %s with the names, types and order that the host writes', (file, name, fields) => {
  expect(declaredFields(file, name)).toEqual(Object.entries(fields));
  // AssemblyScript aligns an f64 to 8 bytes; the host adds no padding.
  const words = Object.values(fields).flatMap((type) => (type === 'f64' ? ['f64', ''] : [type]));
  expect(words.lastIndexOf('f64') % 2).not.toBe(1);
});

it('writes each field as its type', () => {
  const layout = new MemoryLayout();
  const fields = { count: 'i32', scale: 'f32', weight: 'f64', isSet: 'i32' } as const;
  const address = addStruct(layout, fields, { isSet: true, weight: 0.1, scale: -1.5, count: -2 });
  const memory = new DataView(new ArrayBuffer(layout.bytes), address);
  layout.writeTo(memory.buffer);
  expect(memory.getInt32(0, true)).toBe(-2);
  expect(memory.getFloat32(4, true)).toBe(-1.5);
  expect(memory.getFloat64(8, true)).toBe(0.1);
  expect(memory.getInt32(16, true)).toBe(1);
});

it('has limbs of the same base in kernels and plans, and filter coefficients of the same bits', () => {
  expect(LIMB_BASE).toBe(2 ** LIMB_BITS);
  expect(KERNEL_COEFFICIENT_BITS).toBe(COEFFICIENT_BITS);
});
