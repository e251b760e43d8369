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

/** The kernels that turn a picture into a network's input (kernels/pictures.ts). Addresses and sizes are in bytes. */
export interface PictureKernels {
  isOpaque(pixels: number, bytes: number): number;
  compositeOnWhite(pixels: number, bytes: number): void;
  toLuma(pixels: number, bytes: number, weights: number): void;
  resampleRows(parameters: number, rows: number, to: number): void;
  resampleColumns(parameters: number, first: number, end: number): void;
}

/** The kernel that lays out weights (kernels/weights.ts). */
export interface WeightKernels {
  packSigns(signs: number, packed: number, groups: number, outputs: number, inputs: number, taps: number): void;
}

export type Kernels = Readonly<Record<KernelName, KernelFunction>> & PictureKernels & WeightKernels;

/** Instantiates the kernels with a memory. */
export async function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as Kernels;
}
