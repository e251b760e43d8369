import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { accessibilityFaults } from '../support/accessibility.ts';
import { ElementPage, ElementSite, useCamera, useElementSite } from './element-page.ts';

const CAMERA = '<hwgq-classifier model="lenet.hwgq" backend="wasm" camera region="square" controls></hwgq-classifier>';

const site = useElementSite();
const browser = useCamera();

it('names its picture, and the next, under a strict policy', async () => {
  const element = await ElementPage.open(
    browser(),
    site(),
    '<hwgq-classifier src="3.png" model="lenet.hwgq" region="square" alt="A digit"></hwgq-classifier>',
  );
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await page.locator('hwgq-classifier [part=label]').textContent()).toBe('3');
  await expect.poll(() => page.getByRole('status').textContent()).toBe('Looks like: 3');
  expect(await page.getByRole('img', { name: 'A digit' }).count()).toBe(1);
  expect([await element.isIn('ready'), await element.isIn('unsure'), await element.isIn('empty')]).toEqual([
    true,
    false,
    false,
  ]);
  await element.run((one) => {
    one.src = '8.png';
    one.lang = 'de';
  });
  await expect.poll(() => element.labels()).toEqual(['3', '8']);
  await expect.poll(() => page.getByRole('status').textContent()).toBe('Sieht aus wie: 8');
  const names = (await element.told()).map(({ name }) => name).filter((name) => name !== 'progress');
  expect(names).toEqual(['load', 'result', 'result']);
  expect((await element.run(async (one) => (await one.snapshot()).type)) as string).toBe('image/png');
  const again = await element.run(async (one) => (await one.classify()).categories);
  expect(again).toEqual([expect.objectContaining({ label: '8' })]);
  expect(element.misdeeds).toEqual([]);
  await page.close();
});

it('is not sure of what is nothing, and says what is wrong', async () => {
  const body = '<hwgq-classifier src="gray.png" model="lenet.hwgq" score-threshold="0.999" controls></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['unsure']);
  expect(await element.isIn('unsure')).toBe(true);
  expect(await page.locator('[part=label]').textContent()).toBe('Not sure');
  await element.run((one) => {
    one.src = 'lib/index.js';
  });
  await page.getByText('The image or video could not be opened.').waitFor();
  await element.run((one) => {
    one.src = '3.png';
    one.model = '3.png';
  });
  await page.getByText('The model could not be loaded.').waitFor();
  expect(await element.isIn('error')).toBe(true);
  const codes = (await element.told()).flatMap(({ code }) => code ?? []);
  expect(codes).toEqual(['invalid-image', 'model-format']);
  site().write('late.hwgq', '');
  await element.run((one) => {
    one.model = 'late.hwgq';
  });
  await expect.poll(async () => (await element.told()).filter(({ name }) => name === 'error').length).toBe(3);
  site().write('late.hwgq', readFileSync('models/lenet.hwgq'));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => page.locator('[part=label]').textContent()).toBe('3');
  expect(await element.isIn('error')).toBe(false);
  await page.close();
});

it('tells once that a model failed, and still shows it when the picture comes', async () => {
  const element = await ElementPage.open(
    browser(),
    site(),
    '<hwgq-classifier model="3.png" controls></hwgq-classifier>',
  );
  const { page } = element;
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/8.png', async (route) => {
    await isReleased;
    await route.continue();
  });
  await element.run((one) => {
    one.src = '8.png';
  });
  await page.getByText('The model could not be loaded.').waitFor();
  release();
  await page.locator('hwgq-classifier [part=image]').waitFor();
  expect(await page.getByText('The model could not be loaded.').isVisible()).toBe(true);
  expect(await element.isIn('error')).toBe(true);
  const errors = async () => (await element.told()).filter(({ name }) => name === 'error').length;
  expect(await errors()).toBe(1);
  await element.run((one) => one.classify().catch(() => {}));
  expect(await errors()).toBe(2);
  await element.run((one) => {
    one.lang = 'de';
    one.model = 'lenet.hwgq';
  });
  await expect.poll(() => element.labels()).toEqual(['8']);
  expect(await element.isIn('error')).toBe(false);
  expect(await page.getByRole('button', { name: 'Erneut versuchen' }).count()).toBe(0);
  await page.close();
});

it('never gives a picture the label of the one before', async () => {
  const body = '<hwgq-classifier src="3.png" model="lenet.hwgq" region="square"></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  await expect.poll(() => element.labels()).toEqual(['3']);
  const late = await element.run(async (one) => {
    const asked = one.classify();
    one.src = '8.png';
    return (await asked).categories[0]?.label;
  });
  expect(late).toBe('3');
  await expect.poll(() => element.labels()).toEqual(['3', '8']);
  expect((await element.told()).filter(({ label }) => label === '3')).toHaveLength(1);
  await element.page.close();
});

it('follows a film, which waits where the visitor wants less motion', async () => {
  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    const body = '<hwgq-classifier model="lenet.hwgq" region="square" controls></hwgq-classifier>';
    const element = await ElementPage.open(browser(), site(), body, { reducedMotion });
    const { page } = element;
    await element.dropFilm(['3.png', '8.png']);
    await expect.poll(() => element.isIn('empty')).toBe(false);
    if (reducedMotion === 'reduce') {
      expect(await element.isIn('running')).toBe(false);
      await page.getByRole('button', { name: 'Play' }).click();
    }
    await expect.poll(() => element.labels()).toEqual(expect.arrayContaining(['3', '8']));
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(await element.isIn('running')).toBe(false);
    expect(element.misdeeds).toEqual([]);
    await page.close();
  }
});

it('lets a page have its own poster, buttons and results', async () => {
  const body = `<hwgq-classifier src="3.png" model="lenet.hwgq" region="square" loading="lazy" controls>
    <p slot="poster">Nothing yet</p><button slot="controls" type="button">Mine</button><output slot="result">Mine too</output>
  </hwgq-classifier>`;
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await page.getByText('Mine', { exact: true }).isVisible()).toBe(true);
  expect(await page.getByText('Mine too').isVisible()).toBe(true);
  expect(await page.getByText('Nothing yet').isVisible()).toBe(false);
  expect(await page.locator('[part=label]').isVisible()).toBe(false);
  expect(await page.getByRole('button', { name: 'Choose a file' }).count()).toBe(0);
  await element.run((one) => one.removeAttribute('src'));
  await page.getByText('Nothing yet').waitFor();
  await page.close();
});

it('can be imported on a server', async () => {
  const module = await import(pathToFileURL('dist/lib/hwgq-classifier.js').href);
  expect(module.HwgqClassifierElement).toBeTypeOf('function');
  expect(module.createClassifier).toBeTypeOf('function');
});

it('follows the camera, after a click only', async () => {
  site().write(
    'early.js',
    `await customElements.whenDefined('hwgq-classifier');
     const element = document.querySelector('hwgq-classifier');
     element.addEventListener('error', (event) => event.preventDefault());
     element.start().catch(() => {});`,
  );
  const element = await ElementPage.open(browser(), site(), `${CAMERA}<script type="module" src="early.js"></script>`);
  const { page } = element;
  expect(await element.isIn('empty')).toBe(true);
  await page.getByText('The camera could not be started.').waitFor();
  expect(await element.told()).toEqual([expect.objectContaining({ name: 'error', code: 'camera' })]);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await expect.poll(() => element.isIn('running')).toBe(true);
  const turns = async () => (await element.labels()).filter((label) => label === '3' || label === '8');
  await expect.poll(async () => (await turns()).length, { timeout: 60_000 }).toBeGreaterThan(3);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(() => element.isIn('running')).toBe(false);
  expect(await page.locator('[part=label]').textContent()).toBe('');
  const count = (await element.told()).length;
  await page.waitForTimeout(500);
  expect(await element.told()).toHaveLength(count);
  // Another model, then another camera, in the middle of the stream.
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await expect.poll(async () => (await element.told()).length).toBeGreaterThan(count);
  await element.run((one) => {
    one.model = 'cifarsmall.hwgq';
  });
  await expect.poll(async () => (await element.labels()).at(-1)).toMatch(/^(?!unsure)[a-z]+$/);
  const frames = async () => (await element.told()).length;
  const before = await frames();
  await element.run((one) => {
    one.camera = 'user';
  });
  await expect.poll(frames).toBeGreaterThan(before + 1);
  expect(await element.isIn('running')).toBe(true);
  await element.run((one) => {
    one.camera = null;
  });
  await expect.poll(() => element.isIn('empty')).toBe(true);
  expect(await element.isIn('running')).toBe(false);
  expect(element.misdeeds).toEqual([]);
  await page.close();
});

it('takes dropped and chosen pictures', async () => {
  const body = '<hwgq-classifier model="lenet.hwgq" region="square" controls></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  await page.getByText('Drop an image or video here').waitFor();
  await page.locator('hwgq-classifier').evaluate(async (one) => {
    const file = new File([await (await fetch('8.png')).blob()], '8.png', { type: 'image/png' });
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    for (const type of ['dragover', 'drop']) one.dispatchEvent(new DragEvent(type, { dataTransfer, cancelable: true }));
  });
  await expect.poll(() => element.labels()).toEqual(['8']);
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose a file' }).click(),
  ]);
  await chooser.setFiles(join(site().folder, '3.png'));
  await expect.poll(() => element.labels()).toEqual(['8', '3']);
  expect(element.misdeeds).toEqual([]);
  await page.close();
});

it('shares one worker, survives being moved, and frees all when it leaves', async () => {
  const one = '<hwgq-classifier src="3.png" model="lenet.hwgq" region="square"></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), `<div>${one}${one}</div><section></section>`);
  const { page } = element;
  const loads = async () => (await element.told()).filter(({ name }) => name === 'load').length;
  await expect.poll(loads).toBe(2);
  expect(page.workers()).toHaveLength(1);
  await element.run((moved) => document.querySelector('section')?.append(moved));
  await page.waitForTimeout(300);
  expect(await loads()).toBe(2);
  expect(await page.locator('section [part=label]').textContent()).toBe('3');
  await page.evaluate(() => document.querySelector('div')?.remove());
  expect(await page.locator('section hwgq-classifier').evaluate((left) => left.matches(':state(ready)'))).toBe(true);
  const kept = await page.locator('section hwgq-classifier').evaluateHandle((left) => left);
  await page.evaluate(() => document.querySelector('section')?.replaceChildren());
  await expect.poll(() => page.workers().length).toBe(0);
  await page.evaluate((back) => document.body.append(back), kept);
  await expect.poll(loads).toBe(3);
  await page.close();
});

it('takes properties that were set before it was defined', async () => {
  site().write(
    'page.js',
    `const element = document.createElement('hwgq-classifier');
     Object.assign(element, { src: '3.png', model: 'lenet.hwgq', region: 'square', maxResults: 2 });
     document.querySelector('div').append(element);
     import('./lib/hwgq-classifier.js');`,
  );
  const element = await ElementPage.open(browser(), site(), '<div></div>', { script: 'page.js' });
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await element.page.locator('hwgq-classifier').getAttribute('max-results')).toBe('2');
  expect(await element.page.getByRole('listitem').count()).toBe(2);
  await element.page.close();
});

it('begins once it is near, or when it is needed', async () => {
  const far = '<br>'.repeat(200);
  const lazy = '<hwgq-classifier src="3.png" model="lenet.hwgq"></hwgq-classifier>';
  const element = await ElementPage.open(
    browser(),
    site(),
    `${far}${lazy}<hwgq-classifier model="lenet.hwgq"></hwgq-classifier>`,
  );
  const { page } = element;
  await page.waitForTimeout(300);
  expect(await element.told()).toEqual([]);
  expect(page.workers()).toHaveLength(0);
  await page.locator('hwgq-classifier').first().scrollIntoViewIfNeeded();
  await expect.poll(async () => (await element.labels()).length).toBe(1);
  const loads = (await element.told()).filter(({ name }) => name === 'load');
  expect(loads).toHaveLength(1);
  await page.close();
});

it('is what its manifest says', async () => {
  const { modules } = JSON.parse(readFileSync('dist/lib/custom-elements.json', 'utf8'));
  const [{ declarations }] = modules;
  const [{ tagName, attributes, cssParts, slots, members }] = declarations;
  const namesOf = (described: readonly { readonly name: string }[]) => described.map(({ name }) => name).sort();
  const element = await ElementPage.open(
    browser(),
    site(),
    '<hwgq-classifier src="3.png" model="lenet.hwgq"></hwgq-classifier>',
  );
  await expect.poll(async () => (await element.labels()).length).toBe(1);
  const found = await element.run((one) => {
    const inside = [...(one.shadowRoot?.querySelectorAll('*') ?? [])];
    return {
      attributes: (one.constructor as unknown as { observedAttributes: string[] }).observedAttributes.toSorted(),
      parts: [...new Set(inside.flatMap(({ part }) => [...part]))],
      slots: inside.flatMap((each) => (each instanceof HTMLSlotElement ? each.name : [])).sort(),
      api: Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(one))),
    };
  });
  expect(tagName).toBe('hwgq-classifier');
  const described = namesOf(attributes);
  const withoutHyphens = described.filter((name) => name.includes('-')).map((name) => name.replace('-', ''));
  expect(found.attributes).toEqual([...described, ...withoutHyphens].sort());
  expect(namesOf(cssParts)).toEqual(expect.arrayContaining(found.parts));
  expect(found.slots).toEqual(namesOf(slots));
  const own = found.api.filter((name) => !/Callback$|^constructor$/.test(name));
  expect(namesOf(members)).toEqual(expect.arrayContaining(own));
  await element.page.close();
});

it('runs from another origin than the page’s', async () => {
  const other = await ElementSite.open({ 'Access-Control-Allow-Origin': '*' });
  const home = await ElementSite.open({});
  const body = `<hwgq-classifier src="${other.url}3.png" model="${other.url}lenet.hwgq" region="square"></hwgq-classifier>`;
  const element = await ElementPage.open(browser(), home, body, { script: `${other.url}lib/hwgq-classifier.js` });
  await expect.poll(() => element.labels()).toEqual(['3']);
  await element.page.close();
  other.close();
  home.close();
});

it.each(['light', 'dark'] as const)('has no accessibility faults, %s', async (colorScheme) => {
  const element = await ElementPage.open(browser(), site(), CAMERA.replace('camera', 'camera src="3.png"'), {
    colorScheme,
  });
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.close();
});
