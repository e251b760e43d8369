import { missingPart } from '../errors.ts';

export type { WasmRunner } from './wasm-runner.ts';

/**
 * Loads the code of the WebAssembly backend. It is a file of its own, so that pages on WebGPU do not download it.
 * `prepareSession` calls this early, so that the file arrives while the model downloads.
 * @throws HwgqError `download` if the file cannot be fetched.
 */
export function loadWasmRunner(): Promise<typeof import('./wasm-runner.ts')> {
  return import('./wasm-runner.ts').catch(missingPart);
}
