import { expect, it } from 'vitest';
import { useChromium, useSite } from '../support/surroundings.ts';
import { DemoPage } from './demo-page.ts';
import { writeDigitFilm } from './digit-film.ts';

/** The digits that the camera shows, one second each. */
const DIGITS = ['3', '8'];

const browser = useChromium(
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${writeDigitFilm(DIGITS)}`,
);
const site = useSite();

it('the labels follow the digits that the camera shows', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.evaluate(() => {
    const label = document.querySelector('#answer-label');
    const labels: string[] = [];
    Object.assign(window, { labels });
    if (label) new MutationObserver(() => labels.push(label.textContent ?? '')).observe(label, { childList: true });
  });
  await page.getByRole('button', { name: 'Start the camera' }).click();
  const turns = () =>
    page.evaluate((digits) => {
      const { labels } = window as unknown as { labels: string[] };
      return labels.filter((label) => digits.includes(label)).filter((label, index, all) => label !== all[index - 1]);
    }, DIGITS);
  await expect.poll(async () => (await turns()).length, { timeout: 60_000 }).toBeGreaterThan(4);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(() => demo.answer()).toBe('Nothing to see yet');
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});
