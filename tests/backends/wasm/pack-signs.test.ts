import { expect, it } from 'vitest';
import { compileKernels } from '../../../src/backends/wasm/compile-kernels.ts';
import { instantiateKernels } from '../../../src/backends/wasm/kernels.ts';
import { MemoryLayout } from '../../../src/backends/wasm/memory-layout.ts';
import { type FilterShape, packedSignBytes } from '../../../src/backends/wasm/pack-weights.ts';
import { signBitAt } from '../../../src/numerics/signs.ts';
import { Random } from '../../../src/tools/networks/random.ts';

/** Packs signs one by one, by the definition of the layout in kernels/weights.ts. */
function packedByDefinition(signs: Uint8Array, shape: FilterShape): Uint8Array {
  const { groups, inputs, outputs, taps } = shape;
  const tables = Math.ceil(inputs / 8) * 2;
  const blocks = Math.ceil(outputs / 32);
  const packed = new Uint8Array(packedSignBytes(shape));
  for (let filter = 0; filter < groups * outputs; filter++) {
    const output = filter % outputs;
    const block = Math.floor(filter / outputs) * blocks + Math.floor(output / 32);
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < taps; tap++) {
        const at = ((block * taps + tap) * tables + (input >> 2)) * 32 + (output % 32);
        const bit = Number(signBitAt(signs, (filter * inputs + input) * taps + tap));
        packed[at] = (packed[at] as number) | (bit << (input & 3));
      }
    }
  }
  return packed;
}

it.each([1, 2, 3, 4, 9, 10, 11, 25, 56, 57, 121])('packs the signs of filters with %i taps', async (taps) => {
  const random = new Random(taps);
  const module = await compileKernels('plain', false);
  const shapes: FilterShape[] = [1, 3, 4, 6, 8, 21, 64].flatMap((inputs) => [
    { groups: 1, inputs, outputs: 33, taps },
    { groups: 3, inputs, outputs: 5, taps },
  ]);
  for (const shape of shapes) {
    const count = shape.groups * shape.outputs * shape.inputs * taps;
    const signs = Uint8Array.from({ length: Math.ceil(count / 8) }, () => random.word() >>> 24);
    const layout = new MemoryLayout();
    const address = layout.packedSigns(signs, shape);
    const scratch = layout.reserve(layout.largestSigns);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.bytes / 65536) });
    layout.packSigns(memory.buffer, await instantiateKernels(module, memory), scratch);
    const packed = new Uint8Array(memory.buffer, address, packedSignBytes(shape));
    expect(Buffer.from(packed).equals(packedByDefinition(signs, shape))).toBe(true);
  }
});
