/** Bytes that engines hold outside the JavaScript heap. */
export interface LiveBytes {
  readonly wasm: number;
  readonly gpu: number;
}

const memories: WebAssembly.Memory[] = [];
let gpuBytes = 0;

/** Counts, from now on, WASM memories and GPU buffers of this thread, whichever engine makes them. */
export function countLiveBytes(): void {
  const Memory = WebAssembly.Memory;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
  if (typeof GPUDevice === 'undefined') return;
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  const live = new WeakSet<GPUBuffer>();
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    gpuBytes += descriptor.size;
    live.add(buffer);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    if (live.delete(this)) gpuBytes -= this.size;
    destroy.call(this);
    return undefined;
  };
}

export function liveBytes(): LiveBytes {
  return { wasm: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0), gpu: gpuBytes };
}
