import { beforeAll, expect, it } from 'vitest';
import { png } from '../support/png.ts';
import { digitPicture } from './digit-film.ts';
import { ElementPage, useCamera, useElementSite } from './element-page.ts';

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

it('tells what a picture shows: the page’s words of its own, the element’s of others', async () => {
  const body = '<hwgq-classifier src="3.png" alt="A digit" model="lenet.hwgq" region="square"></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  const image = page.locator('hwgq-classifier [part=image]');
  await page.getByRole('img', { name: 'A digit' }).waitFor();
  await element.run((one) => {
    one.alt = 'A three';
  });
  await page.getByRole('img', { name: 'A three' }).waitFor();
  await element.run((one) => {
    one.alt = '';
  });
  await expect.poll(() => image.getAttribute('alt')).toBe('');
  await element.run((one) => one.removeAttribute('alt'));
  await page.getByRole('img', { name: 'Image', exact: true }).waitFor();
  await element.run((one) => {
    one.alt = 'A three';
  });
  await element.drop('mine.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
  await page.getByRole('img', { name: 'Image', exact: true }).waitFor();
  await element.run((one) => {
    one.lang = 'de';
  });
  await page.getByRole('img', { name: 'Bild', exact: true }).waitFor();
  await element.dropFilm(['3.png']);
  await page.getByLabel('Video', { exact: true }).waitFor();
  await page.close();
});

it('names what a script gives for the script alone', async () => {
  const body = '<hwgq-classifier src="3.png" model="lenet.hwgq" region="square"></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['3']);
  const told = await element.told();
  const given = await element.run(async (one) => {
    const eight = await fetch('8.png').then((response) => response.blob());
    return (await one.classify(eight)).categories[0]?.label;
  });
  expect(given).toBe('8');
  expect(await page.locator('[part=label]').textContent()).toBe('3');
  expect(await element.told()).toEqual(told);
  await element.run((one) => one.classify());
  expect(await element.labels()).toEqual(['3']);
  expect(await element.told()).toHaveLength(told.length + 1);
  await page.close();
});

it('looks at the mirror image and the middle square, and takes snapshots of them', async () => {
  const body = '<hwgq-classifier src="3.png" model="lenet.hwgq" region="square" mirror></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  const count = async () => (await element.told()).filter(({ name }) => name === 'result').length;
  await expect.poll(count).toBe(1);
  const categories = () => element.run(async (one) => (await one.classify()).categories);
  const mirrored = await categories();
  await element.run((one) => {
    one.mirror = false;
    one.src = 'mirrored.png';
  });
  await expect.poll(count).toBe(3);
  expect(await categories()).toEqual(mirrored);
  await element.run((one) => {
    one.src = 'halves.png';
  });
  await expect.poll(count).toBe(5);
  /** Sizes, and the gray of the leftmost pixel. */
  const snapshot = (isMirrored: boolean, isSquare: boolean) =>
    element.run(
      async (one, [isMirrored, isSquare]) => {
        one.mirror = isMirrored;
        one.region = isSquare ? 'square' : '';
        const picture = await createImageBitmap(await one.snapshot());
        const { width, height } = picture;
        const context = new OffscreenCanvas(width, height).getContext('2d');
        context?.drawImage(picture, 0, 0);
        return [width, height, context?.getImageData(0, 0, 1, 1).data[0]];
      },
      [isMirrored, isSquare] as const,
    );
  expect(await snapshot(false, false)).toEqual([40, 20, 0]);
  expect(await snapshot(true, false)).toEqual([40, 20, 255]);
  expect(await snapshot(false, true)).toEqual([20, 20, 0]);
  expect(await snapshot(true, true)).toEqual([20, 20, 255]);
  await page.close();
});

it('has no snapshot of a camera that has shown nothing yet', async () => {
  const before = () => {
    navigator.mediaDevices.getUserMedia = async () => new MediaStream();
  };
  const body = '<hwgq-classifier model="lenet.hwgq" camera controls></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body, { before });
  const { page } = element;
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await expect.poll(() => element.isIn('empty')).toBe(false);
  expect(await element.run((one) => one.snapshot().catch(({ code }) => code))).toBe('invalid-image');
  await page.close();
});

it('limits frames and smooths their scores', async () => {
  const body = '<hwgq-classifier model="lenet.hwgq" camera region="square" smoothing="1e9" controls></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  /** The labels and the times of results that come from now on. */
  const next = (count: number) =>
    element.run(async (one, count) => {
      const labels: (string | undefined)[] = [];
      const times: number[] = [];
      await new Promise((resolve) => {
        one.addEventListener('result', ({ detail: { result } }) => {
          labels.push(result.categories[0]?.label);
          times.push('timestamp' in result ? result.timestamp : 0);
          if (times.length >= count) resolve(undefined);
        });
      });
      return { labels: [...new Set(labels)].sort(), span: (times.at(-1) ?? 0) - (times[0] ?? 0) };
    }, count);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  // Frames of three seconds, in which both digits come.
  expect((await next(30)).labels).toHaveLength(1);
  await element.run((one) => {
    one.smoothing = 0;
  });
  expect((await next(30)).labels).toEqual(['3', '8']);
  await element.run((one) => {
    one.frameRate = 2;
  });
  // The first of them may still be of before.
  expect((await next(5)).span).toBeGreaterThan(1000);
  await page.close();
});

it('shows its poster, what is loaded, and what is held over it', async () => {
  const far = '<br>'.repeat(200);
  const body = `${far}<hwgq-classifier model="slow.hwgq" loading="eager" poster="8.png"></hwgq-classifier>`;
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
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/lenet.hwgq', async (route) => {
    await isReleased;
    await route.continue();
  });
  await element.run((one) => {
    one.model = 'lenet.hwgq';
  });
  await expect.poll(() => element.isIn('loading')).toBe(true);
  expect(await element.isIn('error')).toBe(false);
  expect(await page.getByText('Loading the model').isVisible()).toBe(true);
  const poster = page.locator('hwgq-classifier [part=poster]');
  expect(await poster.isVisible()).toBe(true);
  expect(await poster.evaluate((image: HTMLImageElement) => new URL(image.src).pathname)).toBe('/8.png');
  release();
  await expect.poll(() => element.isIn('ready')).toBe(true);
  expect(await element.isIn('loading')).toBe(false);
  const steps = await page.evaluate(() => (window as unknown as { steps: number[] }).steps);
  expect(steps.at(-1)).toBe(1);
  expect(steps).toEqual(steps.toSorted((one, other) => one - other));
  const hold = (type: string) =>
    element.run((one, type) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([], 'any'));
      one.dispatchEvent(new DragEvent(type, { dataTransfer, cancelable: true }));
      return one.matches(':state(dropping)');
    }, type);
  expect([await hold('dragover'), await hold('dragleave')]).toEqual([true, false]);
  await element.run((one) => {
    one.src = '3.png';
  });
  await expect.poll(() => element.isIn('empty')).toBe(false);
  expect(await poster.isVisible()).toBe(false);
  await page.close();
});

it('reads from right to left, takes a page’s colours, and stays as it is where it is moved', async () => {
  const body = `<div dir="rtl" lang="ar">
    <hwgq-classifier src="3.png" model="lenet.hwgq" region="square" camera controls></hwgq-classifier></div><section></section>`;
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
  expect(name?.x).toBeGreaterThan(percent?.x ?? 0);
  await element.run((one) => document.querySelector('section')?.moveBefore(one, null));
  await element.run((one) => one.classify());
  expect((await element.told()).filter(({ name }) => name === 'load')).toHaveLength(1);
  expect(await page.locator('section [part=label]').textContent()).toBe('3');
  await page.close();
});
