import type { BrowserContext, Worker } from 'playwright-core';

/** Runs before a worker's own code: counts the bytes of buffers and of WASM memories that are alive. */
const COUNTER = `
self.liveBytes = { gpu: 0, wasm: () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) };
const memories = [];
self.WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(limits) { super(limits); memories.push(this); }
};
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  const { exports } = made.instance ?? made;
  memories.push(...Object.values(exports).filter((value) => value.buffer instanceof ArrayBuffer));
  return made;
};
if (self.GPUDevice) {
  const { createBuffer, createTexture } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  self.liveBytes.textures = 0;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    self.liveBytes.gpu += descriptor.size;
    return createBuffer.call(this, descriptor);
  };
  GPUBuffer.prototype.destroy = function () {
    if (!this.isDestroyed) self.liveBytes.gpu -= this.size;
    this.isDestroyed = true;
    destroy.call(this);
  };
  GPUDevice.prototype.createTexture = function (descriptor) {
    self.liveBytes.textures++;
    return createTexture.call(this, descriptor);
  };
}
`;

interface Counter {
  readonly gpu: number;
  readonly textures: number;
  readonly wasm: () => number;
}

/** What a classifier's worker holds outside its JavaScript heap: bytes of GPU buffers and WASM memories, textures. */
export interface LiveBytes {
  readonly gpu: number;
  readonly wasm: number;
  readonly textures: number;
}

/** As above: leaves a worker nothing but WebGPU, which takes a software adapter for a GPU. */
export const WEBGPU_ALONE = `
WebAssembly.validate = () => false;
Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });
`;

/** Makes classifiers' workers of this context count what they hold, and do `more` before their own code. */
export async function countLiveBytes(context: BrowserContext, more = ''): Promise<void> {
  await context.route(/assets\/worker-.*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: COUNTER + more + (await response.text()) });
  });
}

/** What a worker of such a context holds now. */
export async function liveBytes(worker: Worker | undefined): Promise<LiveBytes | undefined> {
  return worker?.evaluate(() => {
    const { gpu, wasm, textures } = (self as unknown as { liveBytes: Counter }).liveBytes;
    return { gpu, wasm: wasm(), textures: textures ?? 0 };
  });
}
