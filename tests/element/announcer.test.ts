import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcer } from '../../src/element/announcer.ts';

/** Milliseconds after which a text has settled. */
const LONG = 2000;
/** Milliseconds after which it has not. */
const SHORT = 300;

beforeEach(() => void vi.useFakeTimers());

afterEach(() => void vi.useRealTimers());

/** An announcer, and everything written into its region. */
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

it('announces only the text that has settled', () => {
  const { announcer, written } = newAnnouncer();
  for (const text of ['cat', 'dog', 'cat', 'dog']) {
    announcer.settle(text);
    vi.advanceTimersByTime(SHORT);
  }
  expect(written).toEqual([]);
  vi.advanceTimersByTime(LONG);
  expect(written).toEqual(['dog']);
});

it('does not repeat a text after another one that did not settle', () => {
  const { announcer, written } = newAnnouncer();
  announcer.settle('cat');
  vi.advanceTimersByTime(LONG);
  announcer.settle('dog');
  vi.advanceTimersByTime(SHORT);
  announcer.settle('cat');
  vi.advanceTimersByTime(LONG);
  expect(written).toEqual(['cat']);
});

it('repeats a text after it was cleared', () => {
  const { announcer, written } = newAnnouncer();
  for (const _ of ['one picture', 'another']) {
    announcer.settle('cat');
    vi.advanceTimersByTime(LONG);
    announcer.clear();
  }
  expect(written).toEqual(['cat', '', 'cat', '']);
});

it('announces an answer at once, and the settled text after it', () => {
  const { announcer, written } = newAnnouncer();
  announcer.settle('cat');
  vi.advanceTimersByTime(SHORT);
  announcer.say('Saved');
  expect(written).toEqual(['Saved']);
  vi.advanceTimersByTime(LONG);
  expect(written).toEqual(['Saved', 'cat']);
});

it('announces nothing after an answer if no text has settled', () => {
  const { announcer, written } = newAnnouncer();
  announcer.say('Saved');
  vi.advanceTimersByTime(LONG);
  expect(written).toEqual(['Saved']);
});
