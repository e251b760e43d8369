import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSession } from '../../src/engine/session.ts';
import { smallModel } from '../support/small-model.ts';

const { requestDevice } = GPUAdapter.prototype;
const { createBuffer } = GPUDevice.prototype;
const { destroy } = GPUBuffer.prototype;
let devices: GPUDevice[] = [];
let buffers = new Set<GPUBuffer>();

beforeEach(() => {
  devices = [];
  buffers = new Set();
  GPUAdapter.prototype.requestDevice = async function (...given) {
    const device = await requestDevice.apply(this, given);
    devices.push(device);
    return device;
  };
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    buffers.add(buffer);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    buffers.delete(this);
    return destroy.call(this);
  };
});

afterEach(() => {
  Object.assign(GPUAdapter.prototype, { requestDevice });
  Object.assign(GPUDevice.prototype, { createBuffer });
  Object.assign(GPUBuffer.prototype, { destroy });
});

const model = smallModel();
const inputLength = model.graph.input.shape.reduce((product, size) => product * size, 1);
const input = new Int16Array(inputLength).fill(3);
const picture = new ImageData(40, 30);

it('shares one device among sessions, frees each one’s buffers, and destroys the device with the last', async () => {
  const [first, second] = await Promise.all([1, 2].map(() => createSession(model, { backend: 'webgpu' })));
  if (!first || !second) throw new Error('Two sessions are expected.');
  expect(devices).toHaveLength(1);
  const { blobs } = await second.run(input, 1);
  await first.run(input, 1);
  await first.runPictures([picture]);
  const before = buffers.size;
  first.dispose();
  first.dispose();
  await expect.poll(() => buffers.size).toBeLessThan(before);
  const rest = buffers.size;
  expect((await second.run(input, 1)).blobs).toEqual(blobs);
  for (let count = 0; count < 3; count++) {
    const another = await createSession(model, { backend: 'webgpu' });
    const pending = another.runPictures([picture]);
    another.dispose();
    await expect(pending).rejects.toMatchObject({ code: 'disposed' });
    await expect.poll(() => buffers.size).toBe(rest);
  }
  expect(devices).toHaveLength(1);
  second.dispose();
  expect((await devices[0]?.lost)?.reason).toBe('destroyed');
  expect(buffers.size).toBe(0);
  const next = await createSession(model, { backend: 'webgpu' });
  expect(devices).toHaveLength(2);
  next.dispose();
  await devices[1]?.lost;
});

it('replaces a lost device once for all sessions', async () => {
  const sessions = await Promise.all([1, 2].map(() => createSession(model, { backend: 'webgpu' })));
  const before = await Promise.all(sessions.map((session) => session.run(input, 1)));
  devices[0]?.destroy();
  await devices[0]?.lost;
  const after = await Promise.all(sessions.map((session) => session.run(input, 1)));
  expect(after.map(({ blobs }) => blobs)).toEqual(before.map(({ blobs }) => blobs));
  expect(devices).toHaveLength(2);
  for (const session of sessions) session.dispose();
  expect((await devices[1]?.lost)?.reason).toBe('destroyed');
});
