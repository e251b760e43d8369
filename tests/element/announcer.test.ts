import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcer } from '../../src/element/announcer.ts';

beforeEach(() => void vi.useFakeTimers());

afterEach(() => void vi.useRealTimers());

/** An announcer, and all that has been written into its region. */
function newAnnouncer() {
  const written: string[] = [];
  const region = {
    get textContent() {
      return written.at(-1) ?? '';
    },
    set textContent(text: string) {
      written.push(text);
    },
  };
  return { announcer: new Announcer(region as HTMLElement), written };
}

it('speaks what stands for a while', () => {
  const { announcer, written } = newAnnouncer();
  for (const text of ['cat', 'dog', 'cat', 'dog']) {
    announcer.settle(text);
    vi.advanceTimersByTime(300);
  }
  expect(written).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect(written).toEqual(['dog']);
});

it('does not repeat itself where another text stood but shortly', () => {
  const { announcer, written } = newAnnouncer();
  announcer.settle('cat');
  vi.advanceTimersByTime(2000);
  announcer.settle('dog');
  vi.advanceTimersByTime(300);
  announcer.settle('cat');
  vi.advanceTimersByTime(2000);
  expect(written).toEqual(['cat']);
});

it('says the same of something else', () => {
  const { announcer, written } = newAnnouncer();
  for (const _ of ['one picture', 'another']) {
    announcer.settle('cat');
    vi.advanceTimersByTime(2000);
    announcer.clear();
  }
  expect(written).toEqual(['cat', '', 'cat', '']);
});
