import { beforeAll, expect, it } from 'vitest';
import { png } from '../support/png.ts';
import { digitPicture } from './digit-film.ts';
import { ElementPage, newGate, useCamera, useElementSite } from './element-page.ts';

const IMAGE = '<hwgq-classifier src="3.png" model="lenet.hwgq" region="square"></hwgq-classifier>';

const site = useElementSite();
const browser = useCamera();

beforeAll(() => {
  const { width, height, pixels } = digitPicture('3');
  const mirrored = pixels.map((_, index) => pixels[index - (index % width) + width - 1 - (index % width)] ?? 0);
  site().write('mirrored.png', png({ width, height, colourType: 0, samples: mirrored }));
  // Black on the left, white on the right.
  const halves = Uint8Array.from({ length: 40 * 20 }, (_, index) => (index % 40 < 20 ? 0 : 255));
  site().write('halves.png', png({ width: 40, height: 20, colourType: 0, samples: halves }));
});

it('removes the attribute of a property that is set to undefined or null', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE);
  const { page } = element;
  const requests: string[] = [];
  page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  await expect.poll(() => element.count('result')).toBe(1);
  const seen = await element.run((one) => {
    const values = {
      ...{ model: 'a.hwgq', integrity: 'sha256-', backend: 'wasm', workerUrl: 'a.js', src: '8.png', alt: 'A digit' },
      ...{ camera: 'user', maxResults: 2, scoreThreshold: 0.1, smoothing: 1, frameRate: 1, region: 'square' },
      ...{ mirror: true, loading: 'lazy', poster: '3.png', controls: true },
    };
    const names = Object.keys(values);
    const properties = one as unknown as Record<string, unknown>;
    const readAll = () => names.map((name) => [name, properties[name]]);
    for (const name of one.getAttributeNames()) one.removeAttribute(name);
    const absent = readAll();
    const unset = [undefined, null].map((value) => {
      Object.assign(one, values);
      const attributes = one.getAttributeNames().length;
      for (const name of names) properties[name] = value;
      return { attributes, left: one.getAttributeNames(), values: readAll() };
    });
    return { count: names.length, absent, unset };
  });
  const expected = { attributes: seen.count, left: [], values: seen.absent };
  expect(seen.unset).toEqual([expected, expected]);
  await expect.poll(() => element.isIn('empty')).toBe(true);
  expect(requests.filter((path) => /undefined|null/.test(path))).toEqual([]);
  expect(element.misdeeds).toEqual([]);
});

it('understands attributes as React writes them on a server, and lets properties replace them', async () => {
  const body = `<hwgq-classifier src="gray.png" model="lenet.hwgq" maxResults="1" scoreThreshold="0.999" frameRate="7"
    workerUrl="lib/worker.js"></hwgq-classifier>`;
  const element = await ElementPage.open(browser(), site(), body);
  const bars = () => element.page.getByRole('listitem').count();
  await expect.poll(() => element.labels()).toEqual(['unsure']);
  expect(await bars()).toBe(1);
  expect(await element.run((one) => [one.frameRate, one.workerUrl])).toEqual([7, 'lib/worker.js']);
  await element.run((one) => one.setAttribute('maxresults', '4'));
  await expect.poll(bars).toBe(4);
  await element.set({ maxResults: 2 });
  await expect.poll(bars).toBe(2);
  await element.set({ maxResults: undefined, scoreThreshold: null });
  await expect.poll(bars).toBe(3);
  expect(await element.run((one) => [one.maxResults, one.scoreThreshold])).toEqual([3, 0.5]);
  expect(await element.run((one) => one.getAttributeNames().sort())).toEqual([
    'framerate',
    'model',
    'src',
    'workerurl',
  ]);
});

it('describes an image of the page by alt, and an image of the user by its kind', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE.replace('src', 'alt="A digit" src'));
  const { page } = element;
  const image = page.locator('hwgq-classifier [part=image]');
  await page.getByRole('img', { name: 'A digit' }).waitFor();
  await element.set({ alt: 'A three' });
  await page.getByRole('img', { name: 'A three' }).waitFor();
  await element.set({ alt: '' });
  await expect.poll(() => image.getAttribute('alt')).toBe('');
  await element.run((one) => one.removeAttribute('alt'));
  await page.getByRole('img', { name: 'Image', exact: true }).waitFor();
  await element.set({ alt: 'A three' });
  await element.drop('mine.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
  await page.getByRole('img', { name: 'Image', exact: true }).waitFor();
  await element.set({ lang: 'de' });
  await page.getByRole('img', { name: 'Bild', exact: true }).waitFor();
  await element.dropVideo(['3.png']);
  await page.getByLabel('Video', { exact: true }).waitFor();
});

it('returns the result of an image from a script without showing it', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE);
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['3']);
  const events = await element.events();
  const given = await element.run(async (one) => {
    const eight = await fetch('8.png').then((response) => response.blob());
    return (await one.classify(eight)).categories[0]?.label;
  });
  expect(given).toBe('8');
  expect(await page.locator('hwgq-classifier [part=label]').textContent()).toBe('3');
  expect(await element.events()).toEqual(events);
  await element.run((one) => one.classify());
  expect(await element.labels()).toEqual(['3']);
  expect(await element.events()).toHaveLength(events.length + 1);
});

it('classifies the mirror image and the central square, and takes snapshots of them', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE.replace('src', 'mirror src'));
  const count = () => element.count('result');
  await expect.poll(count).toBe(1);
  const categories = () => element.run(async (one) => (await one.classify()).categories);
  const mirrored = await categories();
  await element.set({ mirror: false, src: 'mirrored.png' });
  await expect.poll(count).toBe(3);
  expect(await categories()).toEqual(mirrored);
  await element.set({ src: 'halves.png' });
  await expect.poll(count).toBe(5);
  /** Width, height, and the gray of the leftmost pixel. */
  const snapshot = (isMirrored: boolean, isSquare: boolean) =>
    element.run(
      async (one, [isMirrored, isSquare]) => {
        one.mirror = isMirrored;
        one.region = isSquare ? 'square' : '';
        const image = await createImageBitmap(await one.snapshot());
        const { width, height } = image;
        const context = new OffscreenCanvas(width, height).getContext('2d');
        context?.drawImage(image, 0, 0);
        return [width, height, context?.getImageData(0, 0, 1, 1).data[0]];
      },
      [isMirrored, isSquare] as const,
    );
  expect(await snapshot(false, false)).toEqual([40, 20, 0]);
  expect(await snapshot(true, false)).toEqual([40, 20, 255]);
  expect(await snapshot(false, true)).toEqual([20, 20, 0]);
  expect(await snapshot(true, true)).toEqual([20, 20, 255]);
});

it('rejects a snapshot of a camera that has no frame yet', async () => {
  const before = () => {
    navigator.mediaDevices.getUserMedia = async () => new MediaStream();
  };
  const body = '<hwgq-classifier model="lenet.hwgq" camera controls></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body, { before });
  await element.page.getByRole('button', { name: 'Start the camera' }).click();
  await expect.poll(() => element.isIn('empty')).toBe(false);
  expect(await element.run((one) => one.snapshot().catch(({ code }) => code))).toBe('invalid-image');
});

it('limits the frame rate and smooths the scores of frames', async () => {
  const body = `<hwgq-classifier model="lenet.hwgq" camera region="square" smoothing="1e9" score-threshold="0" controls>
    </hwgq-classifier>`;
  const element = await ElementPage.open(browser(), site(), body);
  /** The labels of the next results, and the seconds from the first frame to the last. */
  const next = (count: number) =>
    element.run(async (one, count) => {
      const labels: (string | undefined)[] = [];
      const times: number[] = [];
      await new Promise((resolve) => {
        one.addEventListener('result', ({ detail: { label, result } }) => {
          labels.push(label);
          times.push('timestamp' in result ? result.timestamp : Number.NaN);
          if (times.length >= count) resolve(undefined);
        });
      });
      return { labels: [...new Set(labels)].sort(), milliseconds: (times.at(-1) ?? 0) - (times[0] ?? 0) };
    }, count);
  await element.page.getByRole('button', { name: 'Start the camera' }).click();
  // The camera shows both digits within 30 frames.
  expect((await next(30)).labels).toHaveLength(1);
  await element.set({ smoothing: 0 });
  expect((await next(30)).labels).toEqual(['3', '8']);
  await element.set({ frameRate: 2 });
  // The first frame may precede the limit.
  expect((await next(5)).milliseconds).toBeGreaterThan(1000);
});

it('shows its poster until it has an image, and the progress of its model', async () => {
  const far = '<br>'.repeat(200);
  const body = `${far}<hwgq-classifier model="missing.hwgq" loading="eager" poster="8.png"></hwgq-classifier>`;
  const element = await ElementPage.open(browser(), site(), body, {
    before: () => {
      const steps: number[] = [];
      Object.assign(window, { steps });
      const listener = (event: Event) => steps.push((event as CustomEvent<{ progress: number }>).detail.progress);
      document.addEventListener('progress', listener, { capture: true });
    },
  });
  const { page } = element;
  await expect.poll(() => element.isIn('error')).toBe(true);
  const download = newGate();
  await page.route('**/lenet.hwgq', async (route) => {
    await download.opened;
    await route.continue();
  });
  await element.set({ model: 'lenet.hwgq' });
  await expect.poll(() => element.isIn('loading')).toBe(true);
  expect(await element.isIn('error')).toBe(false);
  expect(await page.getByText('Loading the model').isVisible()).toBe(true);
  const poster = page.locator('hwgq-classifier [part=poster]');
  expect(await poster.isVisible()).toBe(true);
  expect(await poster.evaluate((image: HTMLImageElement) => new URL(image.src).pathname)).toBe('/8.png');
  download.open();
  await expect.poll(() => element.isIn('ready')).toBe(true);
  expect(await element.isIn('loading')).toBe(false);
  const steps = await page.evaluate(() => (window as unknown as { steps: number[] }).steps);
  expect(steps.at(-1)).toBe(1);
  expect(steps).toEqual(steps.toSorted((one, other) => one - other));
  await element.set({ src: '3.png' });
  await expect.poll(() => element.isIn('empty')).toBe(false);
  expect(await poster.isVisible()).toBe(false);
});

it('marks itself while a file is dragged over it', async () => {
  const element = await ElementPage.open(browser(), site(), '<hwgq-classifier></hwgq-classifier>');
  const isDropping = (type: string) =>
    element.run((one, type) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([], 'any'));
      one.dispatchEvent(new DragEvent(type, { dataTransfer, cancelable: true }));
      return one.matches(':state(dropping)');
    }, type);
  expect(await isDropping('dragover')).toBe(true);
  expect(await isDropping('dragleave')).toBe(false);
});

it('follows the direction, language and colors of the page', async () => {
  const body = `<div dir="rtl" lang="ar">${IMAGE.replace('src', 'camera controls src')}</div>`;
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['3']);
  await element.run((one) => one.parentElement?.style.setProperty('--hwgq-accent', 'rgb(1, 2, 3)'));
  const start = page.getByRole('button', { name: 'شغّل الكاميرا' });
  expect(await start.evaluate((button) => getComputedStyle(button).backgroundColor)).toBe('rgb(1, 2, 3)');
  const score = page.locator('hwgq-classifier [part=score]').first();
  const [name, percent] = await Promise.all(
    ['name', 'percent'].map((part) => score.locator(`[part=${part}]`).boundingBox()),
  );
  expect(name?.x).toBeGreaterThan(percent?.x ?? Number.POSITIVE_INFINITY);
});

it('keeps its model and its result when it is moved by moveBefore', async () => {
  const element = await ElementPage.open(browser(), site(), `${IMAGE}<section></section>`);
  await expect.poll(() => element.labels()).toEqual(['3']);
  await element.run((one) => document.querySelector('section')?.moveBefore(one, null));
  await element.run((one) => one.classify());
  expect(await element.count('load')).toBe(1);
  expect(await element.page.locator('section [part=label]').textContent()).toBe('3');
});
