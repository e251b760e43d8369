/** A kernel. Computes the work items from `first` up to, not including, `end`, with the calling thread's scratch memory. */
export type KernelFunction = (parameters: number, scratch: number, first: number, end: number) => void;

export type KernelName =
  | 'binaryConvolution'
  | 'integerConvolution'
  | 'floatConvolution'
  | 'codePooling'
  | 'floatPooling'
  | 'pointwise'
  | 'integersToFloats'
  | 'codesToFloats'
  | 'codesToIntegers'
  | 'eltwise'
  | 'concatenate';

export type Kernels = Readonly<Record<KernelName, KernelFunction>>;

/** Instantiates the kernels with a memory. */
export async function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as Kernels;
}
