import { expect, it } from 'vitest';
import { NETWORK_NAMES } from '../../../src/tools/networks/networks.ts';
import { seededModel } from '../../../src/tools/networks/seeded-model.ts';
import { levelShares } from '../../support/level-shares.ts';

it.each(NETWORK_NAMES)('%s has all levels of its quantizers in use', (name) => {
  for (const { layer, shares } of levelShares(seededModel(name, 1), 1)) {
    expect(Math.min(...shares), layer).toBeGreaterThan(0.01);
    expect(Math.max(...shares), layer).toBeLessThan(0.85);
  }
});
