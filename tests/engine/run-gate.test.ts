import { expect, it } from 'vitest';
import { RunGate } from '../../src/engine/run-gate.ts';

/** Returns work that records its start and its end, which comes when `finish` is called with its name. */
function recorder() {
  const events: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    events.push(`${name} starts`);
    return new Promise<string>((resolve) => {
      ends.set(name, () => {
        events.push(`${name} ends`);
        resolve(name);
      });
    });
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  const finish = async (name: string) => {
    ends.get(name)?.();
    await settle();
  };
  return { events, work, finish };
}

it('lets runs overlap, and runs work alone in its turn', async () => {
  const gate = new RunGate();
  const { events, work, finish } = recorder();
  const first = gate.together(work('first'));
  void gate.together(work('second'));
  void gate.alone(work('alone'));
  const last = gate.together(work('last'));
  await finish('second');
  expect(events).toEqual(['first starts', 'second starts', 'second ends']);
  await finish('first');
  await finish('alone');
  await finish('last');
  expect(events.slice(3)).toEqual(['first ends', 'alone starts', 'alone ends', 'last starts', 'last ends']);
  expect([await first, await last]).toEqual(['first', 'last']);
});

it('goes on after work that fails', async () => {
  const gate = new RunGate();
  const failed = gate.alone(() => Promise.reject(new Error('broken')));
  const next = gate.together(async () => 'next');
  await expect(failed).rejects.toThrow('broken');
  expect(await next).toBe('next');
});
