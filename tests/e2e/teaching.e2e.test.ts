import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hwgq, temporaryFolder } from '../cli/command.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useChromium, useSite } from '../support/surroundings.ts';
import { DemoPage } from './demo-page.ts';
import { ElementPage, ElementSite } from './element-page.ts';
import { SHAPES, type Shape, taughtFrame } from './taught-frames.ts';

const EXAMPLES = 20;
const UNSEEN = 20;
const RIGHT_AT_LEAST = 0.9;

const folder = temporaryFolder();
const browser = useChromium('--use-fake-device-for-media-stream');
const site = useSite();

it('learns two classes from 20 frames each, and gives the same results after reload, in hwgq classify, and in the element', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await page.getByRole('radio', { name: /Objects/ }).check();
  await page.getByRole('radio', { name: /Objects/, checked: true }).waitFor();
  await demo.waitForModel();
  await page.getByText('Teach it your own classes').click();
  for (const [index, shape] of SHAPES.entries()) {
    const card = page.locator('.taught-class').nth(index);
    await card.getByRole('textbox').fill(shape);
    const frames = Array.from({ length: EXAMPLES }, (_, seed) => pngFile(shape, seed));
    await card.locator('input[type=file]').setInputFiles(frames);
    await card.getByText(`${EXAMPLES} examples`).waitFor();
  }
  await page.getByRole('button', { name: 'Teach', exact: true }).click();
  await page.getByText(/^Learned from 40 examples in/).waitFor();
  console.log(`Teaching in Chromium: ${await page.locator('#teach-status').textContent()}`);

  const [saved] = await Promise.all([page.waitForEvent('download'), page.locator('#save-taught').click()]);
  const file = join(folder, 'taught.hwgq');
  writeFileSync(file, readFileSync(await saved.path()));
  const names = SHAPES.flatMap((shape) =>
    Array.from({ length: UNSEEN }, (_, index) => {
      const name = `${shape}-${index}.png`;
      writeFileSync(join(folder, name), taughtFrame(shape, EXAMPLES + index));
      return name;
    }),
  );
  const { stdout } = await hwgq(folder, 'classify', 'taught.hwgq', ...names, '--json');
  const results: readonly Result[] = JSON.parse(stdout);
  const right = results.filter(({ file, categories }) => file.startsWith(`${categories[0]?.label}-`)).length;
  console.log(`Teaching: ${right} of ${results.length} unseen frames named`);
  expect(right / results.length).toBeGreaterThanOrEqual(RIGHT_AT_LEAST);

  const some = results.filter(({ file }) => ['ring-0.png', 'stripes-0.png', 'ring-7.png'].includes(file));
  await expectSame(demo, some);
  await page.reload();
  await demo.waitForModel();
  await demo.give('drop', { name: 'taught.hwgq', content: readFileSync(file) });
  await page.getByRole('radio', { name: /taught/, checked: true }).waitFor();
  await expectSame(demo, some);
  expect(demo.misdeeds).toEqual([]);

  const elements = await ElementSite.open();
  const surest = results.toSorted((a, b) => (b.categories[0]?.score ?? 0) - (a.categories[0]?.score ?? 0))[0];
  elements.write('taught.hwgq', readFileSync(file));
  elements.write('frame.png', readFileSync(join(folder, surest?.file ?? '')));
  const body = '<hwgq-classifier model="taught.hwgq" src="frame.png" loading="eager"></hwgq-classifier>';
  const element = await ElementPage.open(browser(), elements, body);
  await expect.poll(() => element.labels()).toEqual([surest?.categories[0]?.label]);
  await element.page.close();
  elements.close();
  await page.close();
});

it('accepts examples from camera and dropped files, and asks for missing ones', async () => {
  const demo = await DemoPage.open(browser(), site().url, { permissions: ['camera'] });
  const { page } = demo;
  await page.getByText('Teach it your own classes').click();
  const [first, second] = [page.locator('.taught-class').nth(0), page.locator('.taught-class').nth(1)];
  await page.getByText('Class 1, Class 2: no examples yet.').waitFor();
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('.score.is-best').waitFor();
  const add = first.getByRole('button', { name: 'Add what is shown' });
  await add.click();
  await first.getByText('1 example', { exact: true }).waitFor();
  await add.hover();
  await page.mouse.down();
  const count = async () => Number.parseInt((await first.getByText(/ examples?$/).textContent()) ?? '', 10);
  await expect.poll(count).toBeGreaterThan(3);
  await page.mouse.up();
  const held = await count();
  await first.getByRole('button', { name: 'Remove the last example' }).click();
  await expect.poll(count).toBe(held - 1);
  await page.getByText('Class 2: no examples yet.').waitFor();
  await dropOn(demo, '.taught-class:nth-child(2)', 'ring.png', taughtFrame('ring', 1));
  await second.getByText('1 example', { exact: true }).waitFor();
  expect(await page.getByRole('tab', { name: 'Camera' }).getAttribute('aria-selected')).toBe('true');
  await second.getByRole('textbox').fill('Class 1');
  await page.getByRole('button', { name: 'Teach', exact: true }).click();
  expect(await demo.notice()).toContain('Two classes are named “Class 1”');
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

/** The result of `hwgq classify` for a picture. */
interface Result {
  readonly file: string;
  readonly categories: readonly { readonly label: string; readonly score: number }[];
}

/** Drops pictures one by one and expects the results of the command. */
async function expectSame(demo: DemoPage, results: readonly Result[]): Promise<void> {
  for (const { file, categories } of results) {
    const [best] = categories;
    await demo.give('drop', { name: file, type: 'image/png', content: readFileSync(join(folder, file)) });
    await demo.page.locator(`#picture-image[alt="${file}"]`).waitFor();
    await expect.poll(() => demo.answer()).toBe(best?.label);
    const score = async () =>
      Number.parseFloat(/[\d.]+/.exec((await demo.page.locator('#answer-score').textContent()) ?? '')?.[0] ?? '');
    const wanted = 100 * (best?.score ?? 0);
    await expect.poll(async () => Math.abs((await score()) - wanted)).toBeLessThanOrEqual(1);
  }
}

function pngFile(shape: Shape, seed: number) {
  return { name: `${shape}-${seed}.png`, mimeType: 'image/png', buffer: Buffer.from(taughtFrame(shape, seed)) };
}

async function dropOn(demo: DemoPage, selector: string, name: string, content: Uint8Array): Promise<void> {
  const base64 = Buffer.from(content).toString('base64');
  await demo.page.evaluate(
    ({ selector, name, base64 }) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: 'image/png' }));
      const target = document.querySelector(selector);
      target?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    { selector, name, base64 },
  );
}
