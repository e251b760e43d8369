import { expect, it } from 'vitest';
import type { Kernels } from '../../src/backends/wasm/kernels.ts';
import { TeamLeader } from '../../src/backends/wasm/team-leader.ts';
import { CONTROL_BYTES, TeamMember, type TeamTask, TICKET } from '../../src/backends/wasm/team-member.ts';

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

/** One of two members; `kernel` does its parts. */
function member<Member>(Kind: new (kernels: Kernels, task: TeamTask) => Member, kernel: () => void): Member {
  const call = { kernel: 'pointwise', parameters: 0, units: 8, grain: 1, scratchBytes: 0 } as const;
  const task = { memory, calls: [call], control: 0, scratch: CONTROL_BYTES, threads: 2 };
  return new Kind({ pointwise: kernel } as unknown as Kernels, { ...task, module: undefined as never });
}

it('does every part once', () => {
  let parts = 0;
  member(TeamLeader, () => parts++).lead(0);
  expect(parts).toBe(4);
});

it('fails where another member dies in a call, and not before the call is over', () => {
  let parts = 0;
  const follower = member(TeamMember, () => {
    throw new Error('unreachable executed');
  });
  const leader = member(TeamLeader, () => {
    if (parts++ === 0) expect(() => follower.follow()).toThrow(/unreachable/);
  });
  expect(() => leader.lead(0)).toThrow(
    expect.objectContaining({ code: 'worker', message: expect.stringMatching(/died/) }),
  );
  expect(parts).toBe(3);
});

it('fails where another member takes a part and never finishes it', () => {
  const control = new Int32Array(memory.buffer);
  const leader = member(TeamLeader, () => {
    if ((control[TICKET] as number) === 1) Atomics.add(control, TICKET, 1);
  });
  expect(() => leader.lead(0)).toThrow(
    expect.objectContaining({ code: 'worker', message: expect.stringMatching(/does not answer/) }),
  );
});
