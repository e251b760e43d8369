import { compileKernels } from '../../src/backends/wasm/compile-kernels.ts';
import { instantiateKernels } from '../../src/backends/wasm/kernels.ts';
import { MemoryLayout } from '../../src/backends/wasm/memory-layout.ts';
import { PictureInput, reservePictureMemory } from '../../src/backends/wasm/picture-input.ts';
import type { AnyPicture } from '../../src/image/deferred-picture.ts';
import { channelCount, type Preprocessing } from '../../src/image/preprocessing.ts';

const GUARD = 64;
/** A value that no input has. */
const UNTOUCHED = 9999;

/** Creates a function that computes a network's input with the WebAssembly kernels, planar. */
export async function wasmInput(preprocessing: Preprocessing): Promise<(picture: AnyPicture) => Promise<number[]>> {
  const layout = new MemoryLayout();
  const pictures = reservePictureMemory(layout, preprocessing);
  const channels = channelCount(preprocessing.channels);
  const area = preprocessing.width * preprocessing.height;
  const output = layout.reserve(area * channels * 2 + GUARD);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.bytes / 65536) });
  const kernels = await instantiateKernels(await compileKernels('plain', false), memory);
  const input = new PictureInput(pictures, memory.buffer, kernels, preprocessing, output);
  return async (picture) => {
    const values = new Int16Array(memory.buffer, output, area * channels + GUARD / 2).fill(UNTOUCHED);
    await input.write(picture);
    if (values.at(-1) !== UNTOUCHED) throw new Error('The kernels write far beyond the input.');
    return Array.from({ length: area * channels }, (_, index) => {
      return values[(index % area) * channels + Math.floor(index / area)] as number;
    });
  };
}
