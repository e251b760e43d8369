import { expect, it } from 'vitest';
import binaryRow from '../../shaders/binary-row-4-stride-2.wgsl';
import { shaderText } from '../../src/shader-text.ts';

const onOneLine = (text: string) => text.replace(/\s+/g, '');

it('has each file once, the including one first', () => {
  const common = 'fn common(){}';
  expect(shaderText(['enable subgroups;', 'const A=1u;', common, 'const B=2u;', common])).toBe(
    'enable subgroups;\nconst A=1u;\nfn common(){}\nconst B=2u;',
  );
});

it('writes marked loops out, one in another too', () => {
  const text = shaderText(['fn f(){#i<2u{a[i]=0u;#j<i{never}if(b){c}}d}', '']);
  expect(onOneLine(text)).toBe('fnf(){{consti=0u;a[i]=0u;if(b){c}}{consti=1u;a[i]=0u;if(b){c}}d}');
});

it.each([
  ['3u', 3],
  ['2u*WIDTH-1u', 5],
  ['COLUMNS', 9],
  ['COLUMNS-WIDTH-1u+2u', 7],
])('takes a bound of %s as %i', (bound, count) => {
  const text = shaderText([
    `fn f(){#i<${bound}{x}}`,
    'const COLUMNS=STRIDE*4u-STRIDE+WIDTH;',
    'const WIDTH=3u;const STRIDE=2u;',
  ]);
  expect(text.match(/{const i=/g)).toHaveLength(count);
});

it('leaves no mark in a shader', () => {
  const text = shaderText(binaryRow);
  expect(text).toMatch(/{const \w+=8u;/);
  expect(text).not.toMatch(/#|\/\//);
});
