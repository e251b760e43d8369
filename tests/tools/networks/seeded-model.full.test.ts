import { expect, it } from 'vitest';
import { NETWORK_NAMES } from '../../../src/tools/networks/networks.ts';
import { seededModel } from '../../../src/tools/networks/seeded-model.ts';
import { levelShares } from '../../support/level-shares.ts';

it.each(NETWORK_NAMES)('%s uses all levels of its quantizers', (name) => {
  const levels = levelShares(seededModel(name, 1), 1);
  expect(levels).not.toEqual([]);
  for (const { layer, shares } of levels) {
    expect(Math.min(...shares), layer).toBeGreaterThan(0.01);
    expect(Math.max(...shares), layer).toBeLessThan(0.85);
  }
});
