/** Bytes that engines hold outside the JavaScript heap. */
export interface LiveBytes {
  readonly wasm: number;
  readonly gpu: number;
}

const memories = new Set<WebAssembly.Memory>();
let gpuBytes = 0;

/** Counts, from now on, WASM memories and GPU buffers of this thread, whichever engine makes them. */
export function countLiveBytes(): void {
  countMemories();
  countBuffers();
}

/** Memories are made by scripts, or by a module that exports its own. */
function countMemories(): void {
  const { Memory, instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.add(this);
    }
  };
  const counted = async <T extends WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>(
    making: Promise<T>,
  ): Promise<T> => {
    const made = await making;
    const { exports } = 'instance' in made ? made.instance : made;
    for (const value of Object.values(exports)) if (value instanceof Memory) memories.add(value);
    return made;
  };
  const anyInstantiate = instantiate as (...given: unknown[]) => Promise<WebAssembly.Instance>;
  Object.assign(WebAssembly, {
    instantiate: (...given: unknown[]) => counted(anyInstantiate(...given)),
    instantiateStreaming: (...given: Parameters<typeof instantiateStreaming>) =>
      counted(instantiateStreaming(...given)),
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

export function liveBytes(): LiveBytes {
  return { wasm: [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0), gpu: gpuBytes };
}
