import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Returns the axe violations of a page: rules and the elements that break them. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  // Disable transitions, because axe would judge intermediate colours.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
