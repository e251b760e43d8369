/** A kernel: parameters, the thread's scratch memory, and the range of its units of work. */
export type KernelFunction = (parameters: number, scratch: number, first: number, end: number) => void;

export type KernelName =
  | 'binaryConvolution'
  | 'integerConvolution'
  | 'floatConvolution'
  | 'codePooling'
  | 'floatPooling'
  | 'pointwise'
  | 'wholesToFloats'
  | 'codesToFloats'
  | 'codesToWholes'
  | 'eltwise'
  | 'concatenate';

export type Kernels = Readonly<Record<KernelName, KernelFunction>>;

/** The kernels over a memory. */
export async function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as Kernels;
}
