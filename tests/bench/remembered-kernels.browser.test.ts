import { beforeEach, expect, it } from 'vitest';
import { rememberedKernels, rememberKernels } from '../../src/bench/remembered-kernels.ts';

const KEY = 'hwgq-web kernels';
const SHAPE = 'binary 64×56×56→64×56×56 3×3';
const OTHER_SHAPE = 'binary 64×8×8→64×8×8 3×3';

const adapter = await adapterInfo();
const adapterKey = [adapter.vendor, adapter.architecture, adapter.device, adapter.description].join('|');

async function adapterInfo(): Promise<GPUAdapterInfo> {
  const found = await navigator.gpu.requestAdapter();
  if (!found) throw new Error('The test browser has no adapter.');
  return found.info;
}

beforeEach(() => localStorage.clear());

it('returns what was remembered for the adapter', async () => {
  rememberKernels(adapter, { [SHAPE]: 'channels-8' });
  rememberKernels(adapter, { [OTHER_SHAPE]: 'split-k-8' });
  rememberKernels(
    { ...adapter, vendor: 'other', architecture: '', device: '', description: '' },
    { [SHAPE]: 'channels-16' },
  );
  expect(await rememberedKernels()).toEqual({ [SHAPE]: 'channels-8', [OTHER_SHAPE]: 'split-k-8' });
});

it.each(['shared-row-7', 'shared-tile', 'split-8', 'split-64', 'split', 'tile', 'row-4'])(
  'ignores and removes the kernel %s, a name of an earlier version',
  async (name) => {
    localStorage.setItem(KEY, JSON.stringify({ [adapterKey]: { [SHAPE]: name } }));
    expect(await rememberedKernels()).toEqual({});
    expect(localStorage.getItem(KEY)).toBeNull();
  },
);

it('keeps the kernels that still exist beside such a name', async () => {
  localStorage.setItem(KEY, JSON.stringify({ [adapterKey]: { [SHAPE]: 'shared-row-7', [OTHER_SHAPE]: 'channels-8' } }));
  expect(await rememberedKernels()).toEqual({ [OTHER_SHAPE]: 'channels-8' });
  expect(JSON.parse(localStorage.getItem(KEY) ?? '')).toEqual({ [adapterKey]: { [OTHER_SHAPE]: 'channels-8' } });
});

it.each(['no JSON', '1', 'null', '[]', '{"a":1}', '{"a":{"b":2}}'])('removes %s from the storage', async (text) => {
  localStorage.setItem(KEY, text);
  expect(await rememberedKernels()).toEqual({});
  expect(localStorage.getItem(KEY)).toBeNull();
});
