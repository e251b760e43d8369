import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { useChromium, useSite } from '../support/surroundings.ts';
import { DemoPage } from './demo-page.ts';

const browser = useChromium();
const site = useSite();

it('classifies every sample picture correctly', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await page.getByRole('tab', { name: 'Picture' }).click();
  const samples = page.getByRole('group', { name: 'Sample pictures' }).getByRole('button');
  expect(await samples.count()).toBe(7);
  for (const sample of await samples.all()) {
    const name = (await sample.getByRole('img').getAttribute('alt'))?.replace('Sample picture: ', '');
    await sample.click();
    await page.locator(`#picture-image[alt="${name}.png"]`).waitFor();
    await expect.poll(() => page.locator('#answer-label').textContent()).toBe(name);
  }
  await page.getByRole('radio', { name: /Objects/, checked: true }).waitFor();
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

it('follows a dropped video, shows the frame rate, and copies diagnostics', async () => {
  const demo = await DemoPage.open(browser(), site().url, { permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = demo;
  const content = Buffer.from(await recordedDigit(page), 'base64');
  await demo.give('drop', { name: 'one.webm', type: 'video/webm', content });
  await page.getByLabel('one.webm').waitFor();
  await expect.poll(() => page.locator('#answer-label').textContent()).toBe('1');
  await expect
    .poll(() => page.locator('#fact-frames').textContent())
    .toMatch(/^\d+ frames per second, .* \d+ of \d+ dropped$/);
  await demo.give('drop', { name: 'no.webm', type: 'video/webm', content: 'no video' });
  expect(await demo.notice()).toContain('"no.webm" is not a video');
  await page.getByLabel('one.webm').waitFor();

  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toContain('failures');
  const facts = JSON.parse(await copied());
  expect(facts.backend.name).toBe('wasm');
  expect(facts.model.network).toBe('LeNet-HWGQ');
  expect(facts.failures).toEqual([expect.stringContaining('no.webm')]);
  await page.getByRole('tab', { name: 'Draw' }).click();
  await page.getByText('Nothing to see yet').first().waitFor();
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

/** A short WebM of a slightly moving 1, in base64. */
function recordedDigit(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 112;
    const context = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm' });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => {
      recorder.onstop = resolve;
    });
    recorder.start();
    for (let frame = 0; frame < 30; frame++) {
      context?.fillRect(0, 0, 112, 112);
      if (context) context.fillStyle = 'white';
      context?.fillRect(50 + (frame % 5), 20, 10, 72);
      if (context) context.fillStyle = 'black';
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
}
