import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseShard, shardRange } from '../../../src/tools/data/shard.ts';

it('splits a sequence into consecutive shards whose lengths differ by at most 1', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 10_000_000 }), (count, length) => {
      const ranges = Array.from({ length: count }, (_, index) => shardRange({ index: index + 1, count }, length));
      expect(ranges[0]?.start).toBe(0);
      expect(ranges.at(-1)?.end).toBe(length);
      const lengths = ranges.map(({ start, end }) => end - start);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      expect(ranges.slice(1).map(({ start }) => start)).toEqual(ranges.slice(0, -1).map(({ end }) => end));
    }),
  );
});

it.each(['1/1', '3/8', '8/8'])('accepts shard %s', (text) => {
  const [index, count] = text.split('/').map(Number);
  expect(parseShard(text)).toEqual({ index, count });
});

it.each(['0/4', '5/4', '1/0', '1', '1/', '-1/4', '1.5/4', '1/4/2', ' 1/4', '1/99999999'])(
  'rejects shard %j',
  (text) => {
    expect(parseShard(text)).toBeUndefined();
  },
);
