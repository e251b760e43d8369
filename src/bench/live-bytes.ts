/** Memory outside the JavaScript heap, in bytes. */
export interface LiveBytes {
  readonly wasm: number;
  readonly gpu: number;
}

const memories = new Set<WebAssembly.Memory>();
let gpuBytes = 0;

/** Starts counting the WASM memories and GPU buffers of this thread. */
export function countLiveBytes(): void {
  countMemories();
  countBuffers();
}

/** Counts memories that scripts create and memories that modules export. */
function countMemories(): void {
  const { Memory, instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.add(this);
    }
  };
  const counted = async <T extends WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>(
    pending: Promise<T>,
  ): Promise<T> => {
    const instantiated = await pending;
    const { exports } = 'instance' in instantiated ? instantiated.instance : instantiated;
    for (const value of Object.values(exports)) if (value instanceof Memory) memories.add(value);
    return instantiated;
  };
  const anyInstantiate = instantiate as (...args: unknown[]) => Promise<WebAssembly.Instance>;
  Object.assign(WebAssembly, {
    instantiate: (...args: unknown[]) => counted(anyInstantiate(...args)),
    instantiateStreaming: (...args: Parameters<typeof instantiateStreaming>) => counted(instantiateStreaming(...args)),
  });
}

function countBuffers(): void {
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

/** Returns the current memory of this thread outside the JavaScript heap. */
export function liveBytes(): LiveBytes {
  return { wasm: [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0), gpu: gpuBytes };
}
