import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults } from '../support/accessibility.ts';
import { goldenMeta, mnistLabels } from '../support/golden.ts';
import { drawnPictures, mnistPictures, writePictureFolders } from '../support/picture-folders.ts';
import { describeShared, shared } from '../support/shared.ts';
import { useChromium, useSite } from '../support/surroundings.ts';
import { EvaluatePage } from './evaluate-page.ts';

const browser = useChromium();
const site = useSite();
const folders: string[] = [];
const drawn = temporaryFolder();

beforeAll(() => writePictureFolders(drawn, drawnPictures()));

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hwgq-evaluate-'));
  folders.push(folder);
  return folder;
}

it('evaluates a chosen folder of class folders', async () => {
  const evaluate = await EvaluatePage.open(browser(), site().url);
  await evaluate.pickFolder(drawn);
  await evaluate.finish();
  expect(await evaluate.text('#data-summary')).toBe('20 pictures of 10 classes (class folders)');
  const [, right] = /^(\d+) of 20 correct$/.exec(await evaluate.text('#right')) ?? [];
  expect(Number(right)).toBeGreaterThanOrEqual(16);
  expect(await evaluate.text('#accuracy')).toBe(`${((Number(right) / 20) * 100).toFixed(2)}%`);
  expect(await evaluate.page.locator('#class-rows tr').count()).toBe(10);
  expect(evaluate.misdeeds).toEqual([]);
  await evaluate.page.context().close();
});

it('opens the pictures of a cell with the keyboard alone', async () => {
  const evaluate = await EvaluatePage.open(browser(), site().url);
  const { page } = evaluate;
  await evaluate.pickFolder(drawn);
  await evaluate.finish();
  await page.locator('#matrix [role=gridcell]').first().focus();
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'End', 'Home', 'ArrowRight']) {
    await page.keyboard.press(key);
  }
  const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  expect(focused).toMatch(/^2 classified as 1: \d+$/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^2, correct: [12]$/ }).waitFor();
  const picture = page.locator('#cell-list img').first();
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(96);
  expect(await picture.getAttribute('alt')).toMatch(/2\/\d+\.png$/);
  expect(evaluate.misdeeds).toEqual([]);
  await page.context().close();
});

it('accepts a dropped folder', async () => {
  const evaluate = await EvaluatePage.open(browser(), site().url);
  const { page } = evaluate;
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: [drawn], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devtools.send('Input.dispatchDragEvent', { type, x: 200, y: 300, data });
  }
  await evaluate.finish();
  expect(await evaluate.text('#data-summary')).toBe('20 pictures of 10 classes (class folders)');
  await page.context().close();
});

it('reports a mismatch and files that are not a data set', async () => {
  const evaluate = await EvaluatePage.open(browser(), site().url);
  const { page } = evaluate;
  const [picture] = drawnPictures();
  if (!picture) throw new Error('The generated digits are missing.');
  const animals = temporaryFolder();
  writePictureFolders(animals, [
    { ...picture, label: 'cat' },
    { ...picture, label: '7' },
  ]);
  await evaluate.pickFolder(animals);
  await page.getByText("1 of 2 classes of the data set do not exist in the model: 'cat'.").waitFor();
  const texts = temporaryFolder();
  writeFileSync(join(texts, 'notes.md'), 'no pictures');
  await evaluate.pickFolder(texts);
  await page.getByText(/This is not a data set/).waitFor();
  const broken = temporaryFolder();
  writePictureFolders(broken, [picture]);
  writeFileSync(join(broken, picture.label, 'broken.png'), 'no picture');
  await evaluate.pickFolder(broken);
  // The previous run has ended as well.
  await expect.poll(() => evaluate.text('#right')).toMatch(/of 1 correct$/);
  await expect.poll(() => evaluate.text('#unreadable')).toMatch(/^1 could not be read.*broken\.png$/);
  await page.context().close();
});

it.each(['light', 'dark'] as const)('has no accessibility violations, %s', async (colorScheme) => {
  const evaluate = await EvaluatePage.open(browser(), site().url, { colorScheme });
  const { page } = evaluate;
  expect(await accessibilityFaults(page)).toEqual([]);
  await evaluate.pickFolder(drawn);
  await evaluate.finish();
  await page.locator('#matrix .is-right').first().click();
  await page.locator('#cell-list img').first().waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.context().close();
});

describeShared('on MNIST', () => {
  const COUNT = 1000;

  it('agrees with the reference on 1,000 digits, with a stop and resume in between', async () => {
    const evaluate = await EvaluatePage.open(browser(), site().url);
    const { page } = evaluate;
    const folder = temporaryFolder();
    writePictureFolders(folder, mnistPictures(COUNT));
    const stopped = await evaluate.stopWhen(/per second, .* left$/);
    await evaluate.pickFolder(folder);
    // Open the cell while more results arrive.
    await page.locator('#matrix .is-right').first().click();
    await stopped();
    const stoppedAt = await evaluate.text('#run-status');
    expect(stoppedAt).toMatch(/^Stopped after \d+ of 1,000 pictures$/);
    await page.waitForTimeout(1000);
    expect(await evaluate.text('#run-status')).toBe(stoppedAt);
    await page.getByRole('button', { name: 'Resume' }).click();
    await evaluate.finish(300_000);
    const labels = mnistLabels();
    const expected = goldenMeta('lenet')
      .top1.slice(0, COUNT)
      .filter((named, index) => named === labels[index]).length;
    const [, right] = /^(\d+) of 1,000 correct$/.exec(await evaluate.text('#right')) ?? [];
    expect(Math.abs(Number(right) - expected)).toBeLessThanOrEqual(2);
    const zeros = Number(await evaluate.text('#matrix .is-right >> nth=0'));
    expect(await evaluate.text('#cell-title')).toBe(`0, correct: ${zeros}`);
    await expect.poll(() => page.locator('#cell-list img').count()).toBe(48);
    await page.getByRole('button', { name: `Show more (${zeros - 48} left)` }).click();
    await expect.poll(() => page.locator('#cell-list img').count()).toBe(zeros);
    expect(evaluate.misdeeds).toEqual([]);
    await page.context().close();
  });

  it('reads gzipped idx files', async () => {
    const evaluate = await EvaluatePage.open(browser(), site().url);
    const stopped = await evaluate.stopWhen(/^[1-9].* of 10,000 pictures/);
    await evaluate.pickFolder(shared('data/mnist'));
    await stopped();
    expect(await evaluate.text('#data-summary')).toBe('10,000 pictures (idx)');
    await evaluate.page.locator('#matrix .is-right').first().click();
    await evaluate.page.locator('#cell-list canvas').first().waitFor();
    expect(evaluate.misdeeds).toEqual([]);
    await evaluate.page.context().close();
  });
});
