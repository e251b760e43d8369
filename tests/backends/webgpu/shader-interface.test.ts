import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preprocess } from '../../../build/plugins/wgsl-preprocessor.ts';
import { WORKGROUP_SIZE } from '../../../src/backends/webgpu/layout.ts';
import {
  KERNEL_BINDINGS,
  PICTURE_BINDINGS,
  packUniform,
  UNIFORM_STRUCTS,
} from '../../../src/backends/webgpu/shader-interface.ts';

const VARIABLE = /@group\(0\) @binding\((\d+)\) var(?:<([^>]*)>)? (\w+): ([^;]+);/g;
const FIELD = /^(\w+): ([^,]+),$/gm;

/** The shaders that no other one includes, preprocessed. */
const SHADERS = wholeShaders();

function wholeShaders() {
  const files = readdirSync('shaders', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wgsl'));
  const included = new Set(
    files.flatMap((file) => {
      const includes = readFileSync(join('shaders', file), 'utf8').matchAll(/^\/\/ #include "(.+)"$/gm);
      return [...includes].map(([, name = '']) => join(dirname(file), name));
    }),
  );
  const whole = files.filter((file) => !included.has(file));
  return whole.map((file) => ({ file, text: preprocess(resolve('shaders', file)).text }));
}

function variablesOf(text: string) {
  return [...text.matchAll(VARIABLE)].map(([, binding, space = '', name = '', type = '']) => {
    return { binding: Number(binding), space, name, type };
  });
}

function fieldsOf(text: string, struct: string): [name: string, type: string][] {
  const [, body = ''] = new RegExp(`^struct ${struct} \\{\\n([^}]*)\\}`, 'm').exec(text) ?? [];
  return [...body.matchAll(FIELD)].map(([, name = '', type = '']) => [name, type]);
}

it('finds the shaders', () => {
  expect(SHADERS.length).toBeGreaterThan(15);
});

describe.each(SHADERS)('$file', ({ file, text }) => {
  const variables = variablesOf(text);

  it('binds its variables at the numbers that the host uses', () => {
    const bindings: Readonly<Record<string, number>> = file.startsWith('picture/') ? PICTURE_BINDINGS : KERNEL_BINDINGS;
    expect(variables.map(({ name, binding }) => [name, binding])).toEqual(
      variables.map(({ name }) => [name, bindings[name]]),
    );
  });

  it('declares the fields of its uniforms in the order in which the host packs them', () => {
    const uniforms = variables.filter(({ space }) => space === 'uniform');
    expect(uniforms).not.toEqual([]);
    const structs: Readonly<Record<string, Readonly<Record<string, string>>>> = UNIFORM_STRUCTS;
    for (const { type } of uniforms) expect(fieldsOf(text, type)).toEqual(Object.entries(structs[type] ?? {}));
  });

  it('has workgroups of the size that the host dispatches', () => {
    const sizes = [...text.matchAll(/@workgroup_size\((\d+)\)/g)].map(([, size]) => Number(size));
    expect(new Set(sizes)).toEqual(new Set([WORKGROUP_SIZE]));
  });
});

it('packs integers, floats and vectors one after the other', () => {
  expect([...packUniform('Eltwise', { pixels: 5, channels: 6, coefficient: 1, otherCoefficient: -2 })]).toEqual([
    5,
    6,
    0x3f800000,
    0xc0000000 | 0,
  ]);
  const picture = { left: 1, top: 2, step: -1, straight: 0, firstRow: 3, rowCount: 4, image: 5, order: 2 };
  const packed = packUniform('Picture', { ...picture, mean: [100], outputWidth: 6, outputHeight: 7 });
  expect([...packed]).toEqual([100, 0, 0, 1, 2, -1, 0, 3, 4, 6, 7, 5, 2]);
});

it.each(Object.entries(UNIFORM_STRUCTS))(
  'aligns the vectors of %s to 16 bytes without padding',
  (_, fields: Readonly<Record<string, string>>) => {
    let position = 0;
    for (const type of Object.values(fields)) {
      if (type === 'vec3<i32>') expect(position % 4).toBe(0);
      position += type === 'vec3<i32>' ? 3 : 1;
    }
  },
);
