import type { BrowserContext, Worker } from 'playwright-core';

/** Script that runs before a worker's own code and counts the bytes of live GPU buffers, textures and WASM memories. */
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
  const count = (create, { prototype }, bytesOf) => {
    const { [create]: make } = GPUDevice.prototype;
    const { destroy } = prototype;
    GPUDevice.prototype[create] = function (descriptor) {
      const made = make.call(this, descriptor);
      self.liveBytes.gpu += bytesOf(made);
      return made;
    };
    prototype.destroy = function () {
      if (!this.isDestroyed) self.liveBytes.gpu -= bytesOf(this);
      this.isDestroyed = true;
      destroy.call(this);
    };
  };
  count('createBuffer', GPUBuffer, ({ size }) => size);
  count('createTexture', GPUTexture, ({ width, height }) => width * height * 4);
}
`;

interface Counter {
  readonly gpu: number;
  readonly wasm: () => number;
}

/** Memory of a classifier's worker outside its JavaScript heap, in bytes: GPU buffers and textures, and WASM memories. */
export interface LiveBytes {
  readonly gpu: number;
  readonly wasm: number;
}

/** Script that makes a worker treat the software adapter as a hardware GPU. */
export const AS_HARDWARE = `
Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });
`;

/** Script that also disables WebAssembly. */
export const WEBGPU_ONLY = `
WebAssembly.validate = () => false;
${AS_HARDWARE}`;

/**
 * Makes the classifier workers of a context count their memory.
 * @param more a script that also runs before their own code.
 */
export async function countLiveBytes(context: BrowserContext, more = ''): Promise<void> {
  await context.route(/assets\/worker-.*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: COUNTER + more + (await response.text()) });
  });
}

/** Returns the current memory of a worker in such a context. */
export async function liveBytes(worker: Worker | undefined): Promise<LiveBytes | undefined> {
  return worker?.evaluate(() => {
    const { gpu, wasm } = (self as unknown as { liveBytes: Counter }).liveBytes;
    return { gpu, wasm: wasm() };
  });
}
