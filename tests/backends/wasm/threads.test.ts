import { expect, it } from 'vitest';
import type { Kernels } from '../../../src/backends/wasm/kernels.ts';
import { PrimaryThread } from '../../../src/backends/wasm/primary-thread.ts';
import { CONTROL_BYTES, type ThreadTask, TICKET, WasmThread } from '../../../src/backends/wasm/wasm-thread.ts';

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

/** Returns one of two threads that share a call of eight work items. `kernel` computes each of its chunks. */
function threadOf<Thread>(Kind: new (kernels: Kernels, task: ThreadTask) => Thread, kernel: () => void): Thread {
  const call = { kernel: 'pointwise', parameters: 0, units: 8, grainSize: 1, scratchBytes: 0 } as const;
  const task = { memory, calls: [call], control: 0, scratch: CONTROL_BYTES, threads: 2 };
  return new Kind({ pointwise: kernel } as unknown as Kernels, { ...task, module: undefined as never });
}

it('computes every chunk once', () => {
  let chunks = 0;
  threadOf(PrimaryThread, () => chunks++).run(0);
  expect(chunks).toBe(4);
});

it('fails at the end of the call if another thread dies in it', () => {
  let chunks = 0;
  const other = threadOf(WasmThread, () => {
    throw new Error('unreachable executed');
  });
  const primary = threadOf(PrimaryThread, () => {
    if (chunks++ === 0) expect(() => other.serve()).toThrow(/unreachable/);
  });
  expect(() => primary.run(0)).toThrow(
    expect.objectContaining({ code: 'worker', message: expect.stringMatching(/died/) }),
  );
  expect(chunks).toBe(3);
});

it('fails if another thread takes a chunk and never finishes it', () => {
  const control = new Int32Array(memory.buffer);
  const primary = threadOf(PrimaryThread, () => {
    if ((control[TICKET] as number) === 1) Atomics.add(control, TICKET, 1);
  });
  expect(() => primary.run(0)).toThrow(
    expect.objectContaining({ code: 'worker', message: expect.stringMatching(/does not respond/) }),
  );
});
