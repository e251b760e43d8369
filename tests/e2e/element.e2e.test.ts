import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { accessibilityFaults } from '../support/accessibility.ts';
import { ElementPage, ElementSite, useCamera, useElementSite } from './element-page.ts';

const CAMERA = '<hwgq-classifier model="lenet.hwgq" backend="wasm" camera region="square" controls></hwgq-classifier>';
const IMAGE = '<hwgq-classifier src="3.png" model="lenet.hwgq" region="square"></hwgq-classifier>';

const site = useElementSite();
const browser = useCamera();

it('classifies its image, and the next one, under a strict policy', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE.replace('src', 'alt="A digit" src'));
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await page.locator('hwgq-classifier [part=label]').textContent()).toBe('3');
  await expect.poll(() => page.getByRole('status').textContent()).toBe('Looks like: 3');
  expect(await page.getByRole('img', { name: 'A digit' }).count()).toBe(1);
  const states = await Promise.all(['ready', 'unsure', 'empty'].map((state) => element.isIn(state)));
  expect(states).toEqual([true, false, false]);
  await element.set({ src: '8.png', lang: 'de' });
  await expect.poll(() => element.labels()).toEqual(['3', '8']);
  await expect.poll(() => page.getByRole('status').textContent()).toBe('Sieht aus wie: 8');
  const names = (await element.events()).map(({ name }) => name).filter((name) => name !== 'progress');
  expect(names).toEqual(['load', 'result', 'result']);
  expect(await element.run(async (one) => (await one.snapshot()).type)).toBe('image/png');
  expect(element.misdeeds).toEqual([]);
});

it('keeps the result that it shows, until its model or its image changes', async () => {
  const element = await ElementPage.open(browser(), site(), '<hwgq-classifier model="lenet.hwgq"></hwgq-classifier>');
  const label = () => element.run((one) => one.result?.categories[0]?.label);
  expect(await element.run((one) => one.result === undefined)).toBe(true);
  await element.set({ src: '3.png', region: 'square' });
  await expect.poll(() => element.count('result')).toBe(1);
  expect(await label()).toBe('3');
  const isSame = await element.run(async (one) => {
    const event = new Promise((resolve) => one.addEventListener('result', resolve, { once: true }));
    await one.classify();
    return ((await event) as CustomEvent).detail.result === one.result;
  });
  expect(isSame).toBe(true);
  await element.run((one) => one.removeAttribute('model'));
  await expect.poll(label).toBeUndefined();
  await element.set({ model: 'lenet.hwgq' });
  await expect.poll(label).toBe('3');
  await element.run((one) => one.removeAttribute('src'));
  await expect.poll(label).toBeUndefined();
});

it('is unsure if no category reaches the threshold, and leaves out those below it', async () => {
  const body = '<hwgq-classifier src="gray.png" model="lenet.hwgq" score-threshold="0.999"></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  const label = page.locator('hwgq-classifier [part=label]');
  const counts = async () => ({
    categories: await element.run((one) => one.result?.categories.length),
    bars: await page.getByRole('listitem').count(),
  });
  await expect.poll(() => element.labels()).toEqual(['unsure']);
  expect(await label.textContent()).toBe('Not sure');
  expect(await element.isIn('unsure')).toBe(true);
  expect(await counts()).toEqual({ categories: 0, bars: 3 });
  await element.set({ lang: 'fr' });
  await expect.poll(() => label.textContent()).toBe('Résultat incertain');
  await element.set({ scoreThreshold: 0 });
  await expect.poll(() => element.count('result')).toBe(2);
  expect(await element.isIn('unsure')).toBe(false);
  expect(await counts()).toEqual({ categories: 3, bars: 3 });
  const [first, ...others] = (await element.run((one) => one.result?.categories)) ?? [];
  await element.set({ scoreThreshold: first?.score, maxResults: -1 });
  await expect.poll(counts).toEqual({ categories: 1, bars: 10 });
  expect(await label.textContent()).toBe(first?.label);
  const given = await element.run(async (one) => one.classify(await fetch('gray.png').then((file) => file.blob())));
  expect(given.categories).toEqual([first]);
  expect(others).toHaveLength(2);
});

it('never shows the label of the previous image', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE);
  await expect.poll(() => element.labels()).toEqual(['3']);
  const late = await element.run(async (one) => {
    const pending = one.classify();
    one.src = '8.png';
    return (await pending).categories[0]?.label;
  });
  expect(late).toBe('3');
  await expect.poll(() => element.labels()).toEqual(['3', '8']);
  expect((await element.events()).filter(({ label }) => label === '3')).toHaveLength(1);
});

it('starts a video by itself, and stops it on request', async () => {
  const body = '<hwgq-classifier model="lenet.hwgq" region="square" controls></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body, { reducedMotion: 'no-preference' });
  const { page } = element;
  await element.dropVideo(['3.png', '8.png']);
  await expect.poll(() => element.labels()).toEqual(expect.arrayContaining(['3', '8']));
  expect(await element.isIn('running')).toBe(true);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Play' }).waitFor();
  expect(await element.isIn('running')).toBe(false);
  expect(element.misdeeds).toEqual([]);
});

it('waits for a click to play a video if the user prefers reduced motion', async () => {
  const body = '<hwgq-classifier model="lenet.hwgq" region="square" controls></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body, { reducedMotion: 'reduce' });
  await element.dropVideo(['3.png', '8.png']);
  await expect.poll(() => element.isIn('empty')).toBe(false);
  expect(await element.isIn('running')).toBe(false);
  await element.page.getByRole('button', { name: 'Play' }).click();
  await expect.poll(() => element.labels()).toEqual(expect.arrayContaining(['3', '8']));
  expect(await element.isIn('running')).toBe(true);
});

it('shows the poster, buttons and result of the page in its slots', async () => {
  const body = `<hwgq-classifier src="3.png" model="lenet.hwgq" region="square" loading="lazy" controls>
    <p slot="poster">Nothing yet</p><button slot="controls" type="button">Mine</button><output slot="result">Mine too</output>
  </hwgq-classifier>`;
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await page.getByText('Mine', { exact: true }).isVisible()).toBe(true);
  expect(await page.getByText('Mine too').isVisible()).toBe(true);
  expect(await page.getByText('Nothing yet').isVisible()).toBe(false);
  expect(await page.locator('hwgq-classifier [part=label]').isVisible()).toBe(false);
  expect(await page.getByRole('button', { name: 'Choose a file' }).count()).toBe(0);
  await element.run((one) => one.removeAttribute('src'));
  await page.getByText('Nothing yet').waitFor();
});

it('can be imported on a server', async () => {
  const module = await import(pathToFileURL('dist/lib/hwgq-classifier.js').href);
  expect(module.HwgqClassifierElement).toBeTypeOf('function');
  expect(module.createClassifier).toBeTypeOf('function');
});

it('starts the camera only after a click, and is silent once it has stopped', async () => {
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
  expect(await element.events()).toEqual([expect.objectContaining({ name: 'error', code: 'camera' })]);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await expect.poll(() => element.isIn('running')).toBe(true);
  const turns = async () => (await element.labels()).filter((label) => label === '3' || label === '8');
  await expect.poll(async () => (await turns()).length, { timeout: 60_000 }).toBeGreaterThan(3);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(() => element.isIn('running')).toBe(false);
  expect(await page.locator('hwgq-classifier [part=label]').textContent()).toBe('');
  const count = await element.count('result');
  // The worker answers in order, so frames in flight would have arrived by then.
  await element.run(async (one) => one.classify(await fetch('3.png').then((file) => file.blob())));
  expect(await element.count('result')).toBe(count);
  expect(element.misdeeds).toEqual([]);
});

it('continues with another model and another camera while the camera runs', async () => {
  const element = await ElementPage.open(browser(), site(), CAMERA);
  await element.page.getByRole('button', { name: 'Start the camera' }).click();
  await expect.poll(() => element.count('result')).toBeGreaterThan(0);
  await element.set({ model: 'cifarsmall.hwgq' });
  await expect.poll(async () => (await element.labels()).at(-1)).toMatch(/^(?!unsure)[a-z]+$/);
  const before = await element.count('result');
  await element.set({ camera: 'user' });
  await expect.poll(() => element.count('result')).toBeGreaterThan(before + 1);
  expect(await element.isIn('running')).toBe(true);
  await element.set({ camera: null });
  await expect.poll(() => element.isIn('empty')).toBe(true);
  expect(await element.isIn('running')).toBe(false);
  expect(element.misdeeds).toEqual([]);
});

it('opens files that the user drops or chooses', async () => {
  const body = '<hwgq-classifier model="lenet.hwgq" region="square" controls></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  await page.getByText('Drop an image or video here').waitFor();
  await element.run(async (one) => {
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
});

it('shares one worker with other elements, keeps its model when moved, and frees it when removed', async () => {
  const element = await ElementPage.open(browser(), site(), `<div>${IMAGE}${IMAGE}</div><section></section>`);
  const { page } = element;
  const loads = () => element.count('load');
  await expect.poll(loads).toBe(2);
  expect(page.workers()).toHaveLength(1);
  await element.run((moved) => document.querySelector('section')?.append(moved));
  await page
    .locator('section hwgq-classifier')
    .evaluate((moved: HTMLElement & { classify(): unknown }) => moved.classify());
  expect(await loads()).toBe(2);
  expect(await page.locator('section [part=label]').textContent()).toBe('3');
  await page.evaluate(() => document.querySelector('div')?.remove());
  const moved = page.locator('section hwgq-classifier');
  expect(await moved.evaluate((left) => left.matches(':state(ready)'))).toBe(true);
  const removed = await moved.evaluateHandle((left) => left);
  await page.evaluate(() => document.querySelector('section')?.replaceChildren());
  await expect.poll(() => page.workers().length).toBe(0);
  await page.evaluate((back) => document.body.append(back), removed);
  await expect.poll(loads).toBe(3);
});

it('continues a video when it is moved', async () => {
  const body = '<section></section><hwgq-classifier model="lenet.hwgq" region="square"></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  await element.dropVideo(['3.png', '8.png']);
  await expect.poll(() => element.count('result')).toBeGreaterThan(0);
  await element.run((moved) => document.querySelector('section')?.append(moved));
  const before = await element.count('result');
  await expect.poll(() => element.count('result')).toBeGreaterThan(before + 3);
  expect(await element.isIn('running')).toBe(true);
});

it('applies properties that were set before it was defined', async () => {
  site().write(
    'page.js',
    `const element = document.createElement('hwgq-classifier');
     Object.assign(element, { src: '3.png', model: 'lenet.hwgq', region: 'square', maxResults: 2, poster: undefined });
     document.querySelector('div').append(element);
     import('./lib/hwgq-classifier.js');`,
  );
  const element = await ElementPage.open(browser(), site(), '<div></div>', { script: 'page.js' });
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await element.run((one) => one.getAttributeNames().sort())).toEqual(['max-results', 'model', 'region', 'src']);
  expect(await element.page.getByRole('listitem').count()).toBe(2);
});

it('loads an image when it is near, and a model without an image only when it is needed', async () => {
  const far = '<br>'.repeat(200);
  const lazy = '<hwgq-classifier src="3.png" model="lenet.hwgq"></hwgq-classifier>';
  const body = `${far}${lazy}<hwgq-classifier model="lenet.hwgq"></hwgq-classifier>`;
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  // Observers are notified in the order of their creation, so the element's observer has been notified by then.
  await element.run((one) => new Promise<void>((resolve) => new IntersectionObserver(() => resolve()).observe(one)));
  expect(await element.events()).toEqual([]);
  expect(page.workers()).toHaveLength(0);
  await page.locator('hwgq-classifier').first().scrollIntoViewIfNeeded();
  await expect.poll(() => element.count('result')).toBe(1);
  expect(await element.count('load')).toBe(1);
});

it('has what its manifest lists', async () => {
  const { modules } = JSON.parse(readFileSync('dist/lib/custom-elements.json', 'utf8'));
  const [{ declarations }] = modules;
  const [{ tagName, attributes, cssParts, slots, members }] = declarations;
  const namesOf = (described: readonly { readonly name: string }[]) => described.map(({ name }) => name).sort();
  const element = await ElementPage.open(browser(), site(), IMAGE);
  await expect.poll(() => element.count('result')).toBe(1);
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
  const listed = namesOf(attributes);
  const withoutHyphens = listed.filter((name) => name.includes('-')).map((name) => name.replace('-', ''));
  expect(found.attributes).toEqual([...listed, ...withoutHyphens].sort());
  expect(namesOf(cssParts)).toEqual(expect.arrayContaining(found.parts));
  expect(found.slots).toEqual(namesOf(slots));
  const own = found.api.filter((name) => !/Callback$|^constructor$/.test(name));
  expect(namesOf(members)).toEqual(expect.arrayContaining(own));
});

it('has a reference page that lists what its manifest does', () => {
  const rows =
    readFileSync('docs/element.md', 'utf8')
      .match(/^\|.*$/gm)
      ?.join('\n') ?? '';
  const { modules } = JSON.parse(readFileSync('dist/lib/custom-elements.json', 'utf8'));
  const [{ declarations }] = modules;
  const [{ attributes, cssParts, cssProperties, cssStates, slots, events, members }] = declarations;
  const camelCase = (name: string) => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const reflected: readonly string[] = attributes.map(({ name }: { name: string }) => camelCase(name));
  const others = members.filter(({ name }: { name: string }) => !reflected.includes(name));
  const names: readonly string[] = [attributes, cssParts, cssProperties, cssStates, slots, events, others]
    .flat()
    .map(({ name }) => name);
  expect(names.length).toBeGreaterThan(60);
  expect(names.filter((name) => !rows.includes(`\`${name}\``) && !rows.includes(`\`${name}(`))).toEqual([]);
});

it('runs from another origin than the page’s', async () => {
  const other = await ElementSite.open({ 'Access-Control-Allow-Origin': '*' });
  onTestFinished(() => other.close());
  const home = await ElementSite.open({});
  onTestFinished(() => home.close());
  const body = `<hwgq-classifier src="${other.url}3.png" model="${other.url}lenet.hwgq" region="square"></hwgq-classifier>`;
  const element = await ElementPage.open(browser(), home, body, { script: `${other.url}lib/hwgq-classifier.js` });
  await expect.poll(() => element.labels()).toEqual(['3']);
});

it.each(['light', 'dark'] as const)('has no accessibility violations in %s colors', async (colorScheme) => {
  const element = await ElementPage.open(browser(), site(), CAMERA.replace('camera', 'camera src="3.png"'), {
    colorScheme,
  });
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await accessibilityFaults(element.page)).toEqual([]);
});
